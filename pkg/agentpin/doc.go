// Package agentpin issues and verifies AgentPin credentials: short-lived tokens
// in which a domain vouches for an agent, what it may do and within which
// limits. Start with [Issuer] and [Verifier]; [Parse] and [Inspect] read a token
// without trusting it.
//
// The rooms below this package hold one idea each. A caller meets them as
// values of this one:
//
//   - discovery, revocation and bundle are the documents;
//   - source and fetch get them, from disk or from the network;
//   - pins remembers keys, capability and constraint compare limits;
//   - delegation, challenge, rotation, dns and card are the rest of AgentPin;
//   - audit writes down what was decided.
//
// It promises to issue what every peer accepts and to accept what every peer
// issues. It refuses what the specification refuses, even where peers let it
// pass. Time is always a parameter, a refusal is a [Result] and not an error,
// and a key is remembered only for a credential that is good.
package agentpin
