"""Talks to mls-clients over gRPC, with messages that protoc makes from our mls_client.proto."""
import importlib
import subprocess
import sys

PROTO = "tools/mls_client/mls_client.proto"
DEADLINE_S = 120  # of one call; the working group's runner takes the same


def load_interface(directory):
    """Generates and loads the message classes; the calls are found in the service's descriptor."""
    subprocess.run(["protoc", f"--python_out={directory}", "-I", "tools/mls_client", PROTO],
                   check=True)
    sys.path.insert(0, str(directory))
    return importlib.import_module("mls_client_pb2")


class Client:
    """One mls-client program of our own starting; use it as a context manager."""

    def __init__(self, program, interface):
        self.interface = interface
        self.methods = interface.DESCRIPTOR.services_by_name["MLSClient"].methods_by_name
        self.process = subprocess.Popen([program, "127.0.0.1:0"], stdout=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on port "):
            raise RuntimeError(f"{program} does not listen")
        import grpc
        self.channel = grpc.insecure_channel(f"127.0.0.1:{line.split()[-1]}",
                                             [("grpc.max_receive_message_length", -1)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()
        self.process.terminate()
        self.process.wait(timeout=10)

    def call(self, name, **fields):
        method = self.methods[name]
        request = getattr(self.interface, method.input_type.name)(**fields)
        response = getattr(self.interface, method.output_type.name)
        stub = self.channel.unary_unary(f"/mls_client.MLSClient/{name}",
                                        request_serializer=type(request).SerializeToString,
                                        response_deserializer=response.FromString)
        return stub(request, timeout=DEADLINE_S)
