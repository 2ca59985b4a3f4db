"""One group of the harness's scenarios: who is played by which client, and what they do.

After each step that changes the epoch, all who took part must have the same epoch authenticator.
"""
import os


class Disagreement(AssertionError):
    pass


class Actor:
    def __init__(self, name, client):
        self.name = name
        self.client = client
        self.state = 0        # in a group
        self.transaction = 0  # with a key package, about to join

    @property
    def identity(self):
        return self.name.encode()

    def call(self, rpc, **fields):
        return self.client.call(rpc, **fields)

    def act(self, rpc, **fields):
        return self.client.call(rpc, state_id=self.state, **fields)


class Group:
    def __init__(self, clients, suite, encrypt):
        self.clients = clients
        self.suite = suite
        self.encrypt = encrypt
        self.actors = {}
        self.group_id = os.urandom(16)

    def __getitem__(self, name):
        # Names are spread over the clients as they come up.
        if name not in self.actors:
            client = self.clients[len(self.actors) % len(self.clients)]
            self.actors[name] = Actor(name, client)
        return self.actors[name]

    def expect_same(self, who, got, wanted):
        if got != wanted or not wanted:
            raise Disagreement(f"{who} has another epoch authenticator")

    def create(self, creator, *members):
        actor = self[creator]
        actor.state = actor.call("CreateGroup", group_id=self.group_id, cipher_suite=self.suite,
                                 encrypt_handshake=self.encrypt,
                                 identity=actor.identity).state_id
        if members:
            self.commit(creator, joiners=members,
                        by_value=[self.describe_add(self.key_package(name)) for name in members])

    def key_package(self, name):
        made = self[name].call("CreateKeyPackage", cipher_suite=self.suite,
                               identity=self[name].identity)
        for private_key in (made.init_priv, made.encryption_priv, made.signature_priv):
            assert private_key
        self[name].transaction = made.transaction_id
        return made.key_package

    def psk(self, *names):
        psk_id, secret = os.urandom(32), os.urandom(32)
        for name in names:
            actor = self[name]
            actor.call("StorePSK", state_or_transaction_id=actor.state or actor.transaction,
                       psk_id=psk_id, psk_secret=secret)
        return psk_id, secret

    # Descriptions of proposals, by value.

    def describe_add(self, key_package):
        return {"proposal_type": b"add", "key_package": key_package}

    def describe_remove(self, name):
        return {"proposal_type": b"remove", "removed_id": self[name].identity}

    def describe_psk(self, psk_id):
        return {"proposal_type": b"externalPSK", "psk_id": psk_id}

    def describe_resumption(self, epoch):
        return {"proposal_type": b"resumptionPSK", "epoch_id": epoch}

    def describe_extensions(self, extensions):
        return {"proposal_type": b"groupContextExtensions", "extensions": extensions}

    # Proposals, by reference.

    def propose(self, name, kind, **fields):
        return self[name].act(kind, **fields).proposal

    def propose_remove(self, name, removed):
        return self.propose(name, "RemoveProposal", removed_id=self[removed].identity)

    # Commits.

    def commit(self, committer, members=(), joiners=(), by_reference=(), by_value=(), path=False,
               external_tree=False):
        actor = self[committer]
        sent = actor.act("Commit", by_reference=by_reference, by_value=by_value, force_path=path,
                         external_tree=external_tree)
        if joiners and external_tree != bool(sent.ratchet_tree):
            raise Disagreement("the tree is not where it was asked to be")
        done = actor.act("HandlePendingCommit")
        actor.state = done.state_id
        for name in members:
            self.follow(name, sent.commit, done.epoch_authenticator, by_reference)
        for name in joiners:
            self.join(name, sent.welcome, sent.ratchet_tree, done.epoch_authenticator)
        return done.epoch_authenticator

    def follow(self, name, commit, authenticator, proposals=()):
        done = self[name].act("HandleCommit", proposal=proposals, commit=commit)
        self[name].state = done.state_id
        self.expect_same(name, done.epoch_authenticator, authenticator)
        self.expect_same(name, self[name].act("StateAuth").state_auth_secret, authenticator)

    def join(self, name, welcome, tree, authenticator):
        actor = self[name]
        done = actor.call("JoinGroup", transaction_id=actor.transaction, welcome=welcome,
                          encrypt_handshake=self.encrypt, identity=actor.identity,
                          ratchet_tree=tree)
        actor.state = done.state_id
        self.expect_same(name, done.epoch_authenticator, authenticator)

    def external_join(self, adder, joiner, members=(), psks=(), external_tree=False,
                      remove_prior=False):
        info = self[adder].act("GroupInfo", external_tree=external_tree)
        actor = self[joiner]
        done = actor.call("ExternalJoin", group_info=info.group_info,
                          ratchet_tree=info.ratchet_tree, encrypt_handshake=self.encrypt,
                          identity=actor.identity, remove_prior=remove_prior,
                          psks=[{"psk_id": psk_id, "psk_secret": secret}
                                for psk_id, secret in psks])
        actor.state = done.state_id
        for name in (*members, adder):
            self.follow(name, done.commit, done.epoch_authenticator)

    # Application messages and exports.

    def protect(self, name, text):
        data = b"about " + text
        return (data, text, self[name].act("Protect", authenticated_data=data,
                                           plaintext=text).ciphertext)

    def unprotect(self, name, message):
        data, text, ciphertext = message
        done = self[name].act("Unprotect", ciphertext=ciphertext)
        if (done.authenticated_data, done.plaintext) != (data, text):
            raise Disagreement(f"{name} reads something else")

    def expect_working(self, *names):
        """All of them read each other and export the same."""
        secrets = {self[name].act("Export", label="test", context=b"context",
                                  key_length=32).exported_secret for name in names}
        if len(secrets) != 1:
            raise Disagreement("members export different secrets")
        for sender in names:
            message = self.protect(sender, b"hello from " + self[sender].identity)
            for name in names:
                if name != sender:
                    self.unprotect(name, message)

    def free(self):
        for actor in self.actors.values():
            if actor.state:
                actor.act("Free")
