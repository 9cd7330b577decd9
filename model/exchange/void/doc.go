// Package void reads the maps of void (void-rs/void), files without magic, version or checksum: a protobuf message Screen of nodes and
// arrows. Its invariant: every node of the file is in the plan exactly once, whatever the file says of parents and children.
//
// No strict decoder reads a real map: a field that is required was never written, and another is an empty message without its required
// parts. So the bytes are read by hand; what is unknown is passed over.
//
//	text                         text, as it is: #task #prio=3 #plot=done and all other tags stay live in it
//	stricken, finish_time        done, finished
//	hide_stricken                hides what is done
//	collapsed, auto_arrange      the same
//	x, y                         a place on the canvas, for children of the home node and of nodes that are arranged by hand; else fields
//	free_text                    note
//	ctime, mtime, due            created, modified, due
//	gps                          fields lat and lon, where they are not zero
//	tags of the node             fields
//	arrows                       arrows
//	selected, max_id             left out
//
// Order and place come from the lists of children. A child that two nodes claim goes to the first, one that none claims to the node that
// it names itself, and a ring is cut; each is reported.
package void
