// Package config reads, explains and edits the settings of symbi-ctl. Start
// with [Load], which returns [Settings]: a plain [Config], and for each key
// where its value comes from ([Settings.Explain]). [Keys] is the one list of
// settings; [UserFile] and [ProjectFile] edit the files.
//
// # Order
//
// The first of these that has a key wins:
//
//  1. the flag
//  2. the environment; within it the first variable a key lists
//  3. the file given with --env-file
//  4. the selected profile, in the user's file
//  5. the selected profile, in the project file
//  6. the project file, outside its profiles
//  7. the user's file, outside its profiles
//  8. the default
//
// A profile may be spread over both files. What the user wrote into the selected
// one stands before everything that a project file says, in a profile of the same
// name or outside of its profiles: a project file cannot override the address, the
// guards or any other value that the user gave to it. It does override what the
// user wrote outside of the profiles, within the limits below.
//
// The project file is the nearest .symbiont.yaml from the working folder up to
// the folder that holds .git; without a repository only the working folder is
// looked at. The user's file is ~/.symbiont.yaml. A file given with --config
// replaces both and is trusted like the user's.
//
// The profile is selected by the flag, by SYMBIONT_PROFILE, or by the key
// profile of the user's file, which must name a profile of that same file.
//
// # What a project file may not do
//
// Whoever can write a repository can write its project file, and a clone is
// not consent. So a project file
//
//   - holds no secret and no reference to one,
//   - selects no profile,
//   - turns the guards read_only and protected on, never off, and
//     validation_mode to strict, never to lenient,
//   - does not redirect work to the embedded runtime (local:), which would run
//     tools on this machine,
//   - is a regular file, not a symbolic link.
//
// It may name base_url and webhook_url, but such an address is never combined
// with a secret: [Settings.Endpoint] and [Settings.Webhook], the only ways to a
// secret, refuse, and [Settings.ProjectAddress] tells whoever has a secret from
// elsewhere. Only an address with the scheme, host and port that the
// settings would have without the project file is accepted. Trust is therefore
// given by writing the address somewhere of one's own: a flag, a variable, or a
// profile of the user's file.
//
// # Where a secret may go
//
// A secret in a file is for one address: for the runtime's API what api_key_for
// beside it says, else the address that holds where the secret stands, in the
// same profile or outside of the profiles of that file, else the default. To an
// address with another scheme, host or port it is not sent, whoever gives that
// address; [Endpoint] says so in Withheld. A secret given by a flag or a
// variable is meant for the run, and goes where the run goes.
//
// # Strictness
//
// Unknown and duplicate keys, wrong types, YAML anchors, aliases and merge
// keys, several documents, text that is not UTF-8 and files above 1 MiB are
// errors with file and line. An empty variable counts as not set. A file that
// holds a secret and can be read by others gives a warning.
//
// The package reads files but not the process: folders, environment and flags
// are given in [LoadOptions]. It prints nothing, and secrets print as [set].
package config
