// Package archtest holds the rules of docs/ARCHITECTURE.md as tests: who may
// import whom, what only the one door to the process may touch, and what the
// program may cost before its first line runs.
//
// The tests parse the files of the module themselves, so that the test cache
// sees every file they depend on. A rule that has an exception has it in its
// test, with the reason. There is nothing to import here.
package archtest
