// mls-client: Mayfly's MLS library behind the gRPC interface of the working group's interop
// harness.
#include <cstring>
#include <iostream>
#include <mutex>

#include <grpcpp/grpcpp.h>

#include "client.h"
#include "mls_client.grpc.pb.h"

namespace mayfly::mls_client {
namespace {

constexpr const char* help =
    "usage: mls-client [ADDRESS]\n"
    "\n"
    "Serves the interface of the MLS working group's interop harness (mls_client.proto) on\n"
    "ADDRESS, 127.0.0.1:50051 if none is given; port 0 takes a free one. It prints the port and\n"
    "serves until it is ended. For tests only: it gives away private keys.\n";

grpc::StatusCode code_of(RefusalKind kind) {
    switch (kind) {
        case RefusalKind::not_found: return grpc::StatusCode::NOT_FOUND;
        case RefusalKind::not_implemented: return grpc::StatusCode::UNIMPLEMENTED;
        case RefusalKind::failed: break;
    }
    return grpc::StatusCode::FAILED_PRECONDITION;
}

class Service final : public rpc::MLSClient::Service {
  public:
#define MAYFLY_RPC(name, request, response) \
    grpc::Status name(grpc::ServerContext*, const rpc::request* in, rpc::response* out) override { \
        return answer(&Client::name, *in, *out); \
    }
    MAYFLY_RPC(Name, NameRequest, NameResponse)
    MAYFLY_RPC(SupportedCiphersuites, SupportedCiphersuitesRequest, SupportedCiphersuitesResponse)
    MAYFLY_RPC(CreateGroup, CreateGroupRequest, CreateGroupResponse)
    MAYFLY_RPC(CreateKeyPackage, CreateKeyPackageRequest, CreateKeyPackageResponse)
    MAYFLY_RPC(JoinGroup, JoinGroupRequest, JoinGroupResponse)
    MAYFLY_RPC(ExternalJoin, ExternalJoinRequest, ExternalJoinResponse)
    MAYFLY_RPC(GroupInfo, GroupInfoRequest, GroupInfoResponse)
    MAYFLY_RPC(StateAuth, StateAuthRequest, StateAuthResponse)
    MAYFLY_RPC(Export, ExportRequest, ExportResponse)
    MAYFLY_RPC(Protect, ProtectRequest, ProtectResponse)
    MAYFLY_RPC(Unprotect, UnprotectRequest, UnprotectResponse)
    MAYFLY_RPC(StorePSK, StorePSKRequest, StorePSKResponse)
    MAYFLY_RPC(Free, FreeRequest, FreeResponse)
    MAYFLY_RPC(AddProposal, AddProposalRequest, ProposalResponse)
    MAYFLY_RPC(UpdateProposal, UpdateProposalRequest, ProposalResponse)
    MAYFLY_RPC(RemoveProposal, RemoveProposalRequest, ProposalResponse)
    MAYFLY_RPC(ExternalPSKProposal, ExternalPSKProposalRequest, ProposalResponse)
    MAYFLY_RPC(ResumptionPSKProposal, ResumptionPSKProposalRequest, ProposalResponse)
    MAYFLY_RPC(GroupContextExtensionsProposal, GroupContextExtensionsProposalRequest,
               ProposalResponse)
    MAYFLY_RPC(ReInitProposal, ReInitProposalRequest, ProposalResponse)
    MAYFLY_RPC(AddExternalSigner, AddExternalSignerRequest, ProposalResponse)
    MAYFLY_RPC(Commit, CommitRequest, CommitResponse)
    MAYFLY_RPC(HandleCommit, HandleCommitRequest, HandleCommitResponse)
    MAYFLY_RPC(HandlePendingCommit, HandlePendingCommitRequest, HandleCommitResponse)
    MAYFLY_RPC(ReInitCommit, CommitRequest, CommitResponse)
    MAYFLY_RPC(HandlePendingReInitCommit, HandlePendingCommitRequest, HandleReInitCommitResponse)
    MAYFLY_RPC(HandleReInitCommit, HandleCommitRequest, HandleReInitCommitResponse)
    MAYFLY_RPC(ReInitWelcome, ReInitWelcomeRequest, CreateSubgroupResponse)
    MAYFLY_RPC(HandleReInitWelcome, HandleReInitWelcomeRequest, JoinGroupResponse)
    MAYFLY_RPC(CreateBranch, CreateBranchRequest, CreateSubgroupResponse)
    MAYFLY_RPC(HandleBranch, HandleBranchRequest, HandleBranchResponse)
    MAYFLY_RPC(NewMemberAddProposal, NewMemberAddProposalRequest, NewMemberAddProposalResponse)
    MAYFLY_RPC(CreateExternalSigner, CreateExternalSignerRequest, CreateExternalSignerResponse)
    MAYFLY_RPC(ExternalSignerProposal, ExternalSignerProposalRequest, ProposalResponse)
#undef MAYFLY_RPC

  private:
    // gRPC answers from threads of its own.
    template <class Request, class Response>
    grpc::Status answer(void (Client::*handler)(const Request&, Response&), const Request& in,
                        Response& out) {
        const std::lock_guard<std::mutex> lock(mutex_);
        try {
            (client_.*handler)(in, out);
            return grpc::Status::OK;
        } catch (const Refusal& refusal) {
            return grpc::Status(code_of(refusal.kind), refusal.text);
        }
    }

    std::mutex mutex_;
    Client client_;
};

int serve(const std::string& address) {
    Service service;
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    // Trees of large groups do not fit gRPC's 4 MiB.
    builder.SetMaxReceiveMessageSize(-1);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server || port == 0) {
        std::cerr
            << "mls-client: error: cannot listen on " << address << "\n"
            << "mls-client: hint: another program may use this port; port 0 takes a free one\n";
        return 1;
    }
    std::cout << "listening on port " << port << std::endl;
    server->Wait();
    return 0;
}

}  // namespace
}  // namespace mayfly::mls_client

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
        std::cout << mayfly::mls_client::help;
        return 0;
    }
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        std::cerr << "mls-client: error: unknown arguments\n"
                     "mls-client: hint: mls-client --help\n";
        return 2;
    }
    return mayfly::mls_client::serve(argc == 2 ? argv[1] : "127.0.0.1:50051");
}
