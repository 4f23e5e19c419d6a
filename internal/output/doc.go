// Package output renders the result of every command. A command describes its
// result once, as a [View] ([List], [Record], [Stream] or [Text]); a [Printer]
// made with [New] turns it into the format the user chose.
//
// It promises that a result is rendered whole before the first byte is written
// (only a Stream in jsonl, csv and name is written as it comes), that a failed
// write is an error, that the same view gives the same bytes, and that JSON
// loses nothing.
//
// What agents, skills and servers wrote is hostile text. Everything but JSON
// passes [Sanitize] or [SanitizeLine]; JSON and YAML carry the same code points
// as escapes, so that no format can move a cursor, reverse a line or hide a
// letter.
//
// It refuses to know flags, settings and exit statuses: its errors are [Error]
// values that say which option is at fault.
package output
