// Package index is the ordered index of the store: which key leads where. It is a copy-on-write B+tree whose leaves are packed, pointer-free
// and immutable.
//
// Its invariant: a Tree never changes; whoever holds one sees the same entries for as long as it is held.
//
// A reader needs no more than the root: Get, a Cursor and Changed wait for nobody, and the collector frees the nodes that no tree in use
// refers to. A writer makes an Edit of a tree, changes it, and takes the next Tree from it; the nodes that both share are the same memory,
// by which Changed and Same know what to skip. Writers that race settle between them whose root is the next one: the package has no locks
// and no state but trees.
//
// # Leaf
//
// A leaf is one piece of memory without pointers, so the collector does not look into it, and the same bytes are the leaf on disk. Numbers
// are little-endian but for heads. An entry's suffix is its key without the prefix that all keys of the leaf have in common; the prefix is
// at least one byte shorter than the shortest key, so a suffix is never empty.
//
//	offset   size  what
//	0        2     n, the count of entries
//	2        2     p, the length of the prefix
//	4        4     the size of the leaf, at most 32 KiB
//	8        p     the prefix, and zeroes to a multiple of 8
//	H        8n    heads: the first 8 bytes of each suffix, a shorter one padded with zeroes     H = 8 + p rounded up to 8
//	M        3n    for each entry its offset in the tail (2 bytes) and its tag (1)               M = H + 8n
//	M+3n     2     the length of the tail
//	M+3n+2         the tail: for each entry the suffix from its ninth byte on, then the value
//
// The low five bits of a tag tell the value: 0 to 16 for that many bytes inline, 17 for an address (8 bytes) and a length (4) in the log,
// 18 for the 16 bytes by which the store finds the parts of a value, nothing else. The high three tell how many bytes of the head are padding, 0 to 7. Entries ascend by key, each key once: by head, then,
// where heads are equal, the one with more padding first, then by the rest of the suffix. Heads are big-endian, so that they compare as
// numbers. A search reads eight heads, then the eight of one cache line, then confirms one entry.
//
// The separators of an inner node are a leaf without values. Separator i is above every key of kid i and not above any of kid i+1.
//
// # Checkpoint
//
// A checkpoint file is a header, and then what was saved, one time after the other: records, each at a multiple of 8, and a footer. What is
// saved first is the whole tree. An append begins at a multiple of 4096 behind that and has the leaves and nodes that have changed; its nodes
// refer to records of any save before. The file counts up to the footer of the last save that its user knows to be durable; what lies
// behind is nothing. Every checksum is the xxhash64 of what follows it in its record, combined by
// exclusive or with a seed that the caller derives from the record's offset in the file.
//
//	header   8  "arborckp"      4  version, 0        4  zero
//	record   8  checksum        4  length of body    4  level: 0 for a leaf, 1 for a node of leaves, …    then body, zeroes to a multiple of 8
//	footer   8  checksum        8  offset of root's record, 0 if the tree is empty
//	         4  length of root's body   4  its level   8  entries   8  bytes of all records of the tree   8  length of the user's record
//	         8  length of the file up to here   8  "arborend"
//
// A record lies below whichever refers to it: leaves in the order of their keys, behind those of each node the node, the root last. Then
// comes one record, of level 2³²-1, of what the user of the package keeps beside the tree. The body of a leaf's record is the leaf. The
// body of an inner node's is the count k of its kids (8 bytes), the offsets of their records (8k), for level 2 and above the bytes that each
// kid and all records below it take (8k), the lengths of the kids' bodies (4k), zeroes to a multiple of 8, and the separators.
//
// # Reading it
//
// Opening reads the footer. A node or a leaf of an opened tree is at first a stub, which knows its offset, its size and its bounds; who
// touches it first proves it (checksum, layout, order, level, bounds) and publishes by one atomic store that it is sound. Any number of
// goroutines may do so at once, and none waits for another. An inner node is copied to the heap, a leaf stays where it is: mapped.
//
// The bytes are not trusted. What fails is a *DamageError, for whoever goes through the node or leaf and for nobody else; it never panics,
// and it allocates in proportion to the file alone.
//
// # Writing it
//
// A leaf and a node know where in which file they lie, once they have been saved there, so that an append goes only where something is new.
// They learn it by Keep, when the save counts: one that is given up leaves no trace. Adopt then has the leaves read from the file as it is
// mapped, after a comparison with the bytes they had before, in every tree that shares them. So the memory of what was changed is free
// again, and, when all of a tree has been saved to another file, the one before is not needed by it any more.
package index
