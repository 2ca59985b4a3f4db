// Our hybrid suite (0xf001) for ts-mls, through its pluggable suite: the X-Wing KEM of @hpke, with
// the labelled DeriveKeyPair of draft-ietf-hpke-pq instead of X-Wing's own. Written apart from
// src/crypto, from the draft.
import { createHash } from "node:crypto";

import { load } from "./packages.mjs";

export const hybrid_suite = 0xf001;
const name = "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519";
const kem_number = 0x647a;
const seed_bytes = 32;

// LabeledDerive(ikm, "DeriveKeyPair", "", 32), for KEMs: SHAKE256 over the input, then the domain.
function derive_seed(input) {
  const label = Buffer.from("DeriveKeyPair");
  const numbers = Buffer.alloc(4);
  numbers.writeUInt16BE(kem_number, 0);
  numbers.writeUInt16BE(label.length, 2);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(seed_bytes);
  const hash = createHash("shake256", { outputLength: seed_bytes });
  for (const part of [Buffer.from(input), Buffer.from("HPKE-v1"), Buffer.from("KEM"), numbers,
    label, length]) {
    hash.update(part);
  }
  return new Uint8Array(hash.digest());
}

export async function make_hybrid_suite(mls) {
  const { XWing } = await load("@hpke/hybridkem-x-wing/esm/mod.js");
  const { CipherSuite, HkdfSha256, Aes128Gcm } = await load("@hpke/core/esm/mod.js");
  const { makeGenericHpke } = await load("ts-mls/dist/src/crypto/implementation/hpke.js");

  class LabelledXWing extends XWing {
    deriveKeyPair(input) {
      return this.generateKeyPairDerand(derive_seed(input));
    }
  }

  // Everything but the KEM is as in suite 1, whose AEAD, KDF, hash and signature are taken over.
  mls.ciphersuites[name] = hybrid_suite;
  const suite_1 = await mls.getCiphersuiteImpl(
    mls.getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"));
  const aead = {
    encrypt: (key, nonce, aad, text) => suite_1.hpke.encryptAead(key, nonce, aad, text),
    decrypt: (key, nonce, aad, text) => suite_1.hpke.decryptAead(key, nonce, aad, text),
  };
  const hpke_suite = new CipherSuite(
    { kem: new LabelledXWing(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const hpke = await makeGenericHpke({ kem: "X-Wing", kdf: "HKDF-SHA256", aead: "AES128GCM" },
    aead, hpke_suite);
  return { ...suite_1, hpke, name };
}
