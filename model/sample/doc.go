// Package sample fills an empty tree with a small life to look at, and with a tour that teaches the keys.
//
// Its invariant: what it makes is one user action, so one undo takes all of it away.
package sample
