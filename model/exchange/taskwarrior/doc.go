// Package taskwarrior reads what task export writes: an array, one object, an object a line, or objects one after another.
//
// Its invariant: no attribute is lost. What has no place of its own in a node is kept as a field under its own name.
//
//	description      text; further lines go to the note
//	annotations      note, a line each: 2026-11-22T17:00:00Z what was noted
//	project a.b.c    a path of nodes below "Taskwarrior"
//	tags             tags
//	priority H M L   prio 6, 4, 2
//	due scheduled wait until     due, sched, wait, until
//	entry modified end           created, modified, finished
//	status pending waiting       todo (doing, if it was started), waiting
//	status completed             done; its parent hides what is done
//	status deleted               cancelled, in the trash
//	status recurring, recur      with the tasks made of it one node that repeats: rec; due, sched, wait and state are those of the
//	                             first open task, what became of the others is its history, their uuids are in uuid.children
//	depends          arrows labelled depends
//	uuid start, user defined attributes   fields
//	id urgency       left out: Taskwarrior computes them
package taskwarrior
