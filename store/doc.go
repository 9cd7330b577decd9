// Package store is a lock-free, log-structured, embedded key-value store: durable, ordered, atomic bytes.
//
// Its invariant: what a commit acknowledged survives any crash.
package store
