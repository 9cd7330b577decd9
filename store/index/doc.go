// Package index is the ordered index of the store: which key leads where.
//
// Its invariant: a Tree never changes; whoever holds one sees the same entries for as long as it is held.
package index
