// Package cli is arbor's command line: one file for each verb.
//
// Its invariant: data goes to standard output and words to standard error; a command that fails says in one line what is wrong and what
// to do, ends with the code of its kind, and has changed nothing. Below the line on a query that is not understood stand the query and a mark
// under the part in question.
//
// The exit codes are 0 for success, 1 for a failure, 2 for a command line that cannot be understood, 3 where the thing named does not
// exist and 4 for what is refused or in conflict. A read that matches nothing prints nothing and succeeds. JSON.md describes the output
// of --json.
package cli
