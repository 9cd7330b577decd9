// Package exchange brings trees from other programs into ours. Each format is a package below, which reads a file into a Plan; Apply does
// what the plan says. Its invariant: a file that cannot be read whole changes nothing, and a file that was imported before changes nothing
// again.
//
// Nodes made from a file have ids that are hashes of what names them there, so every import, on every device, makes the same node. Each
// bears a field "import" that says what the file said last. By it a later import of a changed file knows what changed there and what
// changed here: what changed only there is taken over, what changed in both stays as it is here and is reported. A node that was put into
// the trash here stays there.
//
// An import is one step of undo. Its Report says what was kept as it was, what was turned into something of ours, and what was left out,
// with line numbers.
package exchange
