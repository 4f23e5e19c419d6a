// Package dsl reads definitions of agents as runtime 3.0 does before it accepts
// a workflow or begins a run. Start with [Parse], then [Definition.Select].
//
// It promises to take what the runtime takes and to refuse what it refuses, in
// its words: the whole grammar, which agent is meant, and the subset of inline
// policies that the runtime enforces. It evaluates nothing.
package dsl
