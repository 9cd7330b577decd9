// Package crdt holds the laws by which replicas merge what was changed apart: the order of siblings, moves in a tree, splices of a
// text. All of it is pure: no clock, no store, no network.
//
// Its invariant: what a structure holds is a function of the set of changes it was given, not of the order in which they came.
package crdt
