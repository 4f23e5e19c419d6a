package challenge

// ReasonDoc tells what a reason means and what to do about it.
type ReasonDoc struct {
	Reason  Reason `json:"reason"`
	Meaning string `json:"meaning"`
	Todo    string `json:"todo"`
}

// Reasons lists every reason, in the order in which they are checked.
func Reasons() []ReasonDoc {
	return []ReasonDoc{
		{WrongKey, "The document of the other side has no usable key of the name that the response gives.", "Let the other side answer with a key that its document publishes, under the name that it has there: `symbi-ctl agentpin challenge respond --discovery` finds it."},
		{WrongType, "The file is no challenge, or no response, of AgentPin.", "Check which file is which: the challenge goes to --challenge, the response is the argument."},
		{WeakNonce, "The nonce of the challenge is not base64url of 16 to 64 bytes. Such a text may be part of a credential or an attestation, and is never signed.", "Ask for a challenge that `symbi-ctl agentpin challenge new` or an AgentPin library has made; somebody may try to borrow your key."},
		{BadTime, "The time of the challenge cannot be read.", "Make a new challenge."},
		{InFuture, "The challenge was made in the future.", "Check the clocks of both sides; 60 seconds of difference are allowed."},
		{Expired, "The challenge is more than 60 seconds old.", "Make a new challenge, and answer it at once."},
		{NonceMismatch, "The response answers another challenge.", "Take the response that belongs to this challenge."},
		{BadSignature, "The signature is not one by the expected key over this challenge.", "Check which key the other side has used: `symbi-ctl agentpin kid` shows the ids of a key."},
		{AlreadyUsed, "The same response was accepted before; somebody may have recorded it.", "Make a new challenge."},
	}
}
