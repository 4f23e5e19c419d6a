"""Answers questions with the Python library: one JSON object in, one out."""
import json
import sys

import agentpin as ap


def caps(values):
    return [ap.Capability(v) for v in values]


def store(text):
    return ap.KeyPinStore.from_json(text) if text else ap.KeyPinStore()


def verdict(result, pins):
    return {
        "valid": result.valid,
        "code": str(getattr(result.error_code, "value", result.error_code) or ""),
        "pinning": (result.key_pinning or {}).get("status", ""),
        "pins": pins.to_json(),
    }


def generate(q):
    private, public = ap.generate_key_pair()
    return {"private": private, "public": public}


def identify(q):
    jwk = ap.pem_to_jwk(q["public"], q["kid"])
    return {"kid": ap.generate_key_id(q["public"]), "jwk": jwk, "thumbprint": ap.jwk_thumbprint(jwk), "pem": ap.jwk_to_pem(jwk)}


def issue(q):
    return {"token": ap.issue_credential(q["private"], q["kid"], q["issuer"], q["agent"], q.get("audience"), caps(q["capabilities"]), q.get("constraints"), q.get("chain"), q["ttl"])}


def verify(q):
    pins = store(q.get("pins"))
    if q.get("bundle"):
        result = ap.verify_credential_with_bundle(q["token"], q["bundle"], pins, q.get("audience"))
    else:
        result = ap.verify_credential_offline(q["token"], q["discovery"], q.get("revocation"), pins, q.get("audience"))
    return verdict(result, pins)


def discovery(q):
    agent = {"agent_id": q["agent"], "name": "Scout", "capabilities": q["capabilities"], "constraints": q.get("constraints"), "status": "active"}
    return ap.build_discovery_document(q["entity"], q["type"], [ap.pem_to_jwk(q["public"], q["kid"])], [agent], 2, q["now"])


def revoke(q):
    doc = ap.build_revocation_document(q["entity"])
    ap.add_revoked_credential(doc, q["jti"], ap.RevocationReason.SUPERSEDED)
    ap.add_revoked_key(doc, "other", ap.RevocationReason.KEY_COMPROMISE)
    return doc


def bundle(q):
    made = ap.create_trust_bundle()
    made["documents"] += q["documents"]
    made["revocations"] += q["revocations"]
    return made


def attest(q):
    return ap.create_attestation(q["private"], q["kid"], q["domain"], "maker", q["agent"], q["to_domain"], q["to_agent"], caps(q["capabilities"]))


def verify_attestation(q):
    try:
        ap.verify_attestation(q["attestation"], q["public"], q["to_domain"], q["to_agent"], caps(q["capabilities"]))
    except ap.AgentPinError as refused:
        return {"valid": False, "code": refused.code.value}
    return {"valid": True}


def challenge(q):
    return ap.create_challenge()


def respond(q):
    return ap.create_response(q["challenge"], q["private"], q["kid"])


def verify_response(q):
    return {"valid": ap.verify_response(q["response"], q["challenge"], q["public"])}


def dns(q):
    try:
        ap.verify_dns_match(q["discovery"], ap.parse_txt_record(q["txt"]))
    except ap.AgentPinError:
        return {"valid": False}
    return {"valid": True}


def card(q):
    return ap.build_and_sign_agent_card(q["url"], q["declaration"], q["private"], q["kid"], q["endpoint"])


def verify_card(q):
    try:
        ap.verify_agentpin_extension(q["card"])
    except ap.AgentPinError:
        return {"valid": False}
    return {"valid": True}


question = json.load(sys.stdin)
print(json.dumps(globals()[question["op"]](question), ensure_ascii=False))
