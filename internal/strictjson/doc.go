// Package strictjson reads JSON that somebody signed, or that decides whom to
// trust. [ReadObject] decodes an object through a function that asks for its
// members by name; [Parse] returns the value as it is, for those who need every
// member.
//
// It promises that two readers cannot see two things in one text: names match
// byte for byte, a name occurs once in an object at any depth, nothing follows
// the value, integers are written as integers, and the text is UTF-8 without
// byte order mark and without halves of surrogate pairs. Size, depth and number
// of values are capped. An error says where in the document it lies.
//
// It refuses what encoding/json lets pass: {"alg":"none","ALG":"ES256"} has two
// meanings there and none here.
package strictjson
