"""The scenarios of the MLS working group's interop harness, between two mls-clients of ours.

    python3 tests/interop/mls_client_scenarios.py MLS_CLIENT [--seed N] [--verbose]

Written from what interop/configs of github.com/mlswg/mls-implementations describes. Every scenario
runs with public and with private handshakes and with either client beginning; suite 1 runs all of
them, the other suites those that differ by suite.
"""
import argparse
import os
import random
import sys
import tempfile

REQUIRED_CAPABILITIES, EXTERNAL_SENDERS = 3, 5
SOME_EXTENSIONS = [{"extension_type": REQUIRED_CAPABILITIES, "extension_data": bytes(3)},
                   {"extension_type": EXTERNAL_SENDERS, "extension_data": bytes(1)}]
FIVE = ("alice", "bob", "charlie", "diana", "eliza")
RANDOM_COMMITS = 30  # of deep_random; the working group's script has 100


def welcome_join(group_of):
    for path, external_tree, with_psk in ((False, False, False), (True, False, False),
                                          (False, False, True), (False, True, False)):
        group = group_of()
        group.create("alice")
        proposals = [group.propose("alice", "AddProposal", key_package=group.key_package("bob"))]
        if with_psk:
            psk_id, _ = group.psk("alice", "bob")
            proposals.append(group.propose("alice", "ExternalPSKProposal", psk_id=psk_id))
        group.commit("alice", by_reference=proposals, joiners=["bob"], path=path,
                     external_tree=external_tree)
        group.expect_working("alice", "bob")
        group.free()


def external_join(group_of):
    group = group_of()
    group.create("alice")
    group.external_join("alice", "bob")
    group.external_join("alice", "bob", remove_prior=True)
    group.expect_working("alice", "bob")
    group.external_join("bob", "charlie", members=["alice"], external_tree=True)
    psk = group.psk("alice", "bob", "charlie")
    group.external_join("charlie", "diana", members=["alice", "bob"], psks=[psk])
    group.expect_working("alice", "bob", "charlie", "diana")
    group.free()
    group = group_of()
    group.create("alice", "bob", "charlie", "diana")
    group.external_join("diana", "ellen", members=["alice", "bob", "charlie"])
    group.expect_working("alice", "bob", "charlie", "diana", "ellen")
    group.free()


def application(group_of):
    group = group_of()
    group.create("alice", "bob")
    texts = [f"hello world {n}".encode() for n in range(7)]
    in_order = [group.protect("alice", text) for text in texts[:3]]
    for message in in_order:
        group.unprotect("bob", message)
    for message in reversed([group.protect("alice", text) for text in texts[3:5]]):
        group.unprotect("bob", message)
    before = [group.protect("alice", text) for text in texts[5:]]
    group.commit("alice", members=["bob"])
    after = [group.protect("alice", text) for text in texts[:2]]
    for message in (*reversed(after), *reversed(before)):
        group.unprotect("bob", message)
    group.free()


def commit(group_of):
    group = group_of()
    group.create("alice", "bob")
    group.commit("alice", members=["bob"])
    commit_adds(group)
    commit_removals(group)
    group.commit("alice", members=["bob"], by_reference=[group.propose("bob", "UpdateProposal")])
    commit_extensions(group)
    group.expect_working("alice", "bob")
    group.free()


def commit_adds(group):
    for joiners, path in ((("charlie1", "charlie2", "charlie3"), True),
                          (("charlie4", "charlie5", "charlie6"), False)):
        packages = [group.key_package(name) for name in joiners]
        proposals = [group.propose(name, "AddProposal", key_package=package)
                     for name, package in zip(("alice", "bob"), packages)]
        members = [name for name in group.actors if name not in ("alice", *joiners)]
        group.commit("alice", members=members, joiners=joiners, by_reference=proposals,
                     by_value=[group.describe_add(packages[2])], path=path)
    group.expect_working(*group.actors)


def commit_removals(group):
    left = [f"charlie{n}" for n in range(1, 7)]
    while left:
        proposals = [group.propose_remove("alice", left.pop(0)),
                     group.propose_remove("bob", left.pop(0))]
        removed = left.pop(0)
        group.commit("alice", members=["bob", *left], by_reference=proposals,
                     by_value=[group.describe_remove(removed)])


def commit_extensions(group):
    for name, extensions in (("alice", SOME_EXTENSIONS), ("bob", [])):
        proposal = group.propose(name, "GroupContextExtensionsProposal", extensions=extensions)
        group.commit("alice", members=["bob"], by_reference=[proposal])
    group.commit("alice", members=["bob"],
                 by_value=[group.describe_extensions(SOME_EXTENSIONS[:1])])


def psk(group_of):
    group = group_of()
    group.create("alice", "bob")
    ids = [group.psk("alice", "bob")[0] for _ in range(3)]
    for path in (True, False):
        proposals = [group.propose("alice", "ExternalPSKProposal", psk_id=ids[0]),
                     group.propose("bob", "ExternalPSKProposal", psk_id=ids[1])]
        group.commit("alice", members=["bob"], by_reference=proposals,
                     by_value=[group.describe_psk(ids[2])], path=path)
    for first in (1, 2):  # the group is in epoch 3, then in epoch 4
        proposals = [group.propose("alice", "ResumptionPSKProposal", epoch_id=first),
                     group.propose("bob", "ResumptionPSKProposal", epoch_id=first + 1)]
        group.commit("alice", members=["bob"], by_reference=proposals,
                     by_value=[group.describe_resumption(first + 2)], path=True)
    group.expect_working("alice", "bob")
    group.free()


def all_together(group_of):
    """All kinds of proposals in one commit, for each proposer."""
    for proposer in ("alice", "bob"):
        group = group_of()
        group.create("alice", "bob", "dave", "eve")
        package = group.key_package("charlie")
        psk_id, _ = group.psk("alice", "bob", "dave", "charlie")
        proposals = [group.propose(proposer, "AddProposal", key_package=package),
                     group.propose(proposer, "ExternalPSKProposal", psk_id=psk_id),
                     group.propose_remove(proposer, "eve"),
                     group.propose("dave", "UpdateProposal")]
        group.commit("alice", members=["bob", "dave"], joiners=["charlie"],
                     by_reference=proposals,
                     by_value=[group.describe_extensions(SOME_EXTENSIONS)])
        group.expect_working("alice", "bob", "charlie", "dave")
        group.free()


def branch(group_of):
    for extensions, external_tree, path in (((), False, False), (SOME_EXTENSIONS, False, False),
                                            ((), True, False), ((), False, True)):
        group = group_of()
        group.create(*FIVE)
        packages = [group.key_package(name) for name in FIVE[1:]]
        made = group["alice"].act("CreateBranch", group_id=os.urandom(16), extensions=extensions,
                                  key_packages=packages, force_path=path,
                                  external_tree=external_tree)
        old = {name: group[name].state for name in FIVE}
        group["alice"].state = made.state_id
        for name in FIVE[1:]:
            done = group[name].act("HandleBranch", transaction_id=group[name].transaction,
                                   welcome=made.welcome, ratchet_tree=made.ratchet_tree)
            group[name].state = done.state_id
            group.expect_same(name, done.epoch_authenticator, made.epoch_authenticator)
        group.expect_working(*FIVE)
        new = {name: group[name].state for name in FIVE}
        for name in FIVE:  # the old group goes on
            group[name].state = old[name]
        group.expect_working(*FIVE)
        group.free()
        for name in FIVE:
            group[name].state = new[name]
        group.free()


def run_reinit(group, committer, welcomer, members, proposal, path=False, external_tree=False):
    sent = group[committer].act("ReInitCommit", by_reference=[proposal])
    closed = {committer: group[committer].act("HandlePendingReInitCommit")}
    wanted = closed[committer].epoch_authenticator
    for name in members:
        if name == committer:
            continue
        closed[name] = group[name].act("HandleReInitCommit", proposal=[proposal],
                                       commit=sent.commit)
        group.expect_same(name, closed[name].epoch_authenticator, wanted)
    others = [name for name in members if name != welcomer]
    made = group[welcomer].call("ReInitWelcome", reinit_id=closed[welcomer].reinit_id,
                                key_package=[closed[name].key_package for name in others],
                                force_path=path, external_tree=external_tree)
    group[welcomer].state = made.state_id
    for name in others:
        done = group[name].call("HandleReInitWelcome", reinit_id=closed[name].reinit_id,
                                welcome=made.welcome, ratchet_tree=made.ratchet_tree)
        group[name].state = done.state_id
        group.expect_same(name, done.epoch_authenticator, made.epoch_authenticator)
    group.expect_working(*members)


def reinit(group_of):
    variants = ({"suite": True}, {"new_id": True}, {"extensions": SOME_EXTENSIONS},
                {"new_id": True, "one": True}, {"new_id": True, "external_tree": True},
                {"new_id": True, "path": True})
    for variant in variants:
        group = group_of()
        group.create(*FIVE)
        if variant.get("suite"):
            group.suite = 2 if group.suite != 2 else 1
        proposal = group.propose(
            "alice", "ReInitProposal", cipher_suite=group.suite,
            group_id=group.group_id + (b"++" if variant.get("new_id") else b""),
            extensions=variant.get("extensions", ()))
        committer, welcomer = ("alice", "alice") if variant.get("one") else ("bob", "charlie")
        run_reinit(group, committer, welcomer, FIVE, proposal, variant.get("path", False),
                   variant.get("external_tree", False))
        group.free()


def external_proposals(group_of):
    group = group_of()
    group.create("alice")
    info = group["alice"].act("GroupInfo").group_info
    made = group["bob"].call("NewMemberAddProposal", group_info=info, identity=b"bob")
    group["bob"].transaction = made.transaction_id
    group.commit("alice", by_reference=[made.proposal], joiners=["bob"])
    group.expect_working("alice", "bob")
    signer = add_signer(group, "ds")
    psk_id, _ = group.psk("alice", "bob")
    for description in (group.describe_psk(psk_id), group.describe_resumption(2)):
        propose_from_outside(group, signer, description, ["bob"])
    package = group.key_package("charlie")
    propose_from_outside(group, signer, group.describe_add(package), ["bob"], ["charlie"])
    second = add_signer(group, "ds2", ["charlie"])
    propose_from_outside(group, second, group.describe_remove("bob"), ["charlie"])
    group.expect_working("alice", "charlie")
    sent = proposal_from_outside(group, signer, {
        "proposal_type": b"reinit", "group_id": group.group_id + b"++",
        "cipher_suite": group.suite, "extensions": SOME_EXTENSIONS[:1]})
    run_reinit(group, "alice", "charlie", ["alice", "charlie"], sent, path=True)
    group.expect_working("alice", "charlie")
    group.free()


def add_signer(group, name, more=()):
    made = group[name].call("CreateExternalSigner", cipher_suite=group.suite,
                            identity=name.encode())
    proposal = group.propose("alice", "AddExternalSigner", external_sender=made.external_sender)
    group.commit("alice", members=["bob", *more], by_reference=[proposal])
    return name, made.signer_id


def proposal_from_outside(group, signer, description):
    name, signer_id = signer
    info = group["alice"].act("GroupInfo", external_tree=True)
    return group[name].call("ExternalSignerProposal", signer_id=signer_id,
                            group_info=info.group_info, ratchet_tree=info.ratchet_tree,
                            description=description).proposal


def propose_from_outside(group, signer, description, members, joiners=()):
    sent = proposal_from_outside(group, signer, description)
    group.commit("alice", members=members, joiners=joiners, by_reference=[sent])


def deep_random(group_of):
    group = group_of()
    names = (f"actor{n}" for n in range(10000))
    present = [next(names) for _ in range(5)]
    group.create(*present)
    for _ in range(RANDOM_COMMITS):
        if random.random() < 0.1:
            again = random.random() < 0.5
            joiner = random.choice(present) if again else next(names)
            adder, *others = random.sample([n for n in present if n != joiner],
                                           len(present) - again)
            group.external_join(adder, joiner, members=others, remove_prior=again)
            present = [n for n in present if n != joiner] + [joiner]
            continue
        present = random_commit(group, present, names)
    group.expect_working(*present[:4])
    group.free()


def random_commit(group, present, names):
    leavers = random.sample(present, random.randint(0, int(0.4 * len(present))))
    remain = [name for name in present if name not in leavers]
    updaters = random.sample(remain, random.randint(0, int(0.4 * len(remain))))
    committer = random.choice([name for name in remain if name not in updaters])
    joiners = [next(names) for _ in range(random.randint(0, min(6, 20 - len(remain))))]
    updates = [group.propose(name, "UpdateProposal") for name in updaters]
    values = [group.describe_add(group.key_package(name)) for name in joiners]
    values += [group.describe_remove(name) for name in leavers]
    group.commit(committer, members=[name for name in remain if name != committer],
                 joiners=joiners, by_reference=updates, by_value=values)
    for name in leavers:
        group[name].act("Free")
        group[name].state = 0
    return remain + joiners


def refused_with_a_sentence(group_of):
    """What cannot be done has a code and a sentence, and changes nothing."""
    import grpc
    group = group_of()
    group.create("alice", "bob")
    alice = group["alice"]
    for code, name, fields in (
            (grpc.StatusCode.UNIMPLEMENTED, "CreateGroup", {"cipher_suite": 0x0a0a}),
            (grpc.StatusCode.UNIMPLEMENTED, "Export", {"state_id": alice.state,
                                                       "key_length": 73}),
            (grpc.StatusCode.NOT_FOUND, "StateAuth", {"state_id": 4000000000}),
            (grpc.StatusCode.FAILED_PRECONDITION, "HandleCommit", {"state_id": alice.state,
                                                                   "commit": b"?"})):
        try:
            alice.call(name, **fields)
        except grpc.RpcError as error:
            assert error.code() == code and error.details(), (name, error.code())
        else:
            raise AssertionError(f"{name} was not refused")
    group.expect_working("alice", "bob")
    group.free()


ALL = (welcome_join, external_join, application, commit, psk, all_together, branch, reinit,
       external_proposals, deep_random, refused_with_a_sentence)
FOR_EVERY_SUITE = (welcome_join, external_join, psk, branch)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mls_client")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    try:
        import google.protobuf  # noqa: F401
        import grpc  # noqa: F401
    except ImportError:
        print("mls_client: skipped: python3-grpcio is not installed (tools/setup.sh grpc)\n"
              "0 passed, 0 failed, 1 skipped")
        return 77
    from mls_client_group import Group
    from mls_client_rpc import Client, load_interface
    print(f"mls_client: seed {options.seed}")
    random.seed(options.seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        interface = load_interface(directory)
        with Client(options.mls_client, interface) as a, Client(options.mls_client, interface) as b:
            suites = list(a.call("SupportedCiphersuites").ciphersuites)
            assert a.call("Name").name == "Mayfly" and 1 in suites
            for suite in suites:
                for scenario in ALL if suite == 1 else FOR_EVERY_SUITE:
                    for encrypt, clients in ((False, (a, b)), (True, (b, a))):
                        label = f"suite {suite:#06x}, {scenario.__name__}, encrypt {encrypt}"
                        try:
                            scenario(lambda: Group(clients, suite, encrypt))
                            passed += 1
                            if options.verbose:
                                print(f"passed  {label}", flush=True)
                        except (AssertionError, grpc.RpcError) as error:
                            failed += 1
                            print(f"FAILED  {label}\n        {error}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
