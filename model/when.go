package model

// When returns the ends of when a node takes place, as its field says; to is zero if it has no end, both if it says nothing.
func (n *Node) When() (from, to Date) { return whenOf(n) }
