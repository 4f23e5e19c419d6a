// Answers questions with the JavaScript library: one JSON object in, one out.
import { readFileSync } from 'node:fs';
import * as ap from 'agentpin';

const caps = (values) => values.map((v) => new ap.Capability(v));
const store = (text) => (text ? ap.KeyPinStore.fromJson(text) : new ap.KeyPinStore());
const accepts = (check) => {
  try {
    check();
  } catch (refused) {
    return { valid: false, code: refused.code ?? '' };
  }
  return { valid: true };
};

const answers = {
  generate: () => {
    const pair = ap.generateKeyPair();
    return { private: pair.privateKeyPem, public: pair.publicKeyPem };
  },
  identify: (q) => {
    const jwk = ap.pemToJwk(q.public, q.kid);
    return { kid: ap.generateKeyId(q.public), jwk, thumbprint: ap.jwkThumbprint(jwk), pem: ap.jwkToPem(jwk) };
  },
  issue: (q) => ({
    token: ap.issueCredential(q.private, q.kid, q.issuer, q.agent, q.audience ?? null, caps(q.capabilities), q.constraints ?? null, q.chain ?? null, q.ttl),
  }),
  verify: (q) => {
    const pins = store(q.pins);
    const result = q.bundle
      ? ap.verifyCredentialWithBundle(q.token, q.bundle, pins, q.audience ?? null)
      : ap.verifyCredentialOffline(q.token, q.discovery, q.revocation ?? null, pins, q.audience ?? null);
    return { valid: result.valid, code: result.error_code ?? '', pinning: result.key_pinning?.status ?? '', pins: pins.toJson() };
  },
  discovery: (q) => {
    const agent = { agent_id: q.agent, name: 'Scout', capabilities: q.capabilities, constraints: q.constraints ?? null, status: 'active' };
    return ap.buildDiscoveryDocument(q.entity, q.type, [ap.pemToJwk(q.public, q.kid)], [agent], 2, q.now);
  },
  revoke: (q) => {
    const doc = ap.buildRevocationDocument(q.entity);
    ap.addRevokedCredential(doc, q.jti, ap.RevocationReason.SUPERSEDED);
    ap.addRevokedKey(doc, 'other', ap.RevocationReason.KEY_COMPROMISE);
    return doc;
  },
  bundle: (q) => {
    const made = ap.createTrustBundle();
    made.documents.push(...q.documents);
    made.revocations.push(...q.revocations);
    return made;
  },
  attest: (q) => ap.createAttestation(q.private, q.kid, q.domain, 'maker', q.agent, q.to_domain, q.to_agent, caps(q.capabilities)),
  verify_attestation: (q) => accepts(() => ap.verifyAttestation(q.attestation, q.public, q.to_domain, q.to_agent, caps(q.capabilities))),
  challenge: () => ap.createChallenge(),
  respond: (q) => ap.createResponse(q.challenge, q.private, q.kid),
  verify_response: (q) => ({ valid: ap.verifyResponse(q.response, q.challenge, q.public) }),
  dns: (q) => accepts(() => ap.verifyDnsMatch(q.discovery, ap.parseTxtRecord(q.txt))),
  card: (q) => ap.buildAndSignAgentCard(q.url, q.declaration, q.private, q.kid, q.endpoint),
  verify_card: (q) => accepts(() => ap.verifyAgentpinExtension(q.card)),
};

const question = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(answers[question.op](question)));
