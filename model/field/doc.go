// Package field knows what the keys of a node's fields may hold: those that are ours, and those that a person declares with a type, a
// unit, choices, and what they come to for all that lies below a node.
//
// Its invariant: what Parse keeps, Parse reads back as the same. A value is text wherever it is kept, so a device that does not know the
// declaration keeps it too, and reads it as text.
package field
