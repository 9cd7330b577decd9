package command

import "slices"

// The commands of the frame and of every tree of nodes. Screens with commands of their own have a file each.
const (
	Up        ID = "cursor.up"
	Down      ID = "cursor.down"
	Left      ID = "cursor.left"
	Right     ID = "cursor.right"
	PageUp    ID = "cursor.page-up"
	PageDown  ID = "cursor.page-down"
	First     ID = "cursor.first"
	Last      ID = "cursor.last"
	Parent    ID = "cursor.parent"
	GoIn      ID = "drill.in"
	GoOut     ID = "drill.out"
	Fold      ID = "fold.toggle"
	FoldSaved ID = "fold.saved"

	AddSibling ID = "add.sibling"
	AddChild   ID = "add.child"
	AddAbove   ID = "add.above"
	Edit       ID = "edit.text"
	Note       ID = "edit.note"
	DueDate    ID = "edit.due"
	SchedDate  ID = "edit.scheduled"
	WaitDate   ID = "edit.wait"
	Repeat     ID = "edit.repeat"
	Skip       ID = "state.skip"
	Pause      ID = "state.pause"
	Tags       ID = "edit.tags"
	Priority   ID = "edit.priority"
	Done       ID = "state.done"
	State      ID = "state.next"
	Delete     ID = "node.delete"
	Indent     ID = "move.indent"
	Outdent    ID = "move.outdent"
	MoveUp     ID = "move.up"
	MoveDown   ID = "move.down"
	Gather     ID = "move.here"
	Mark       ID = "mark.toggle"
	Arrow      ID = "arrow.draw"
	Depend     ID = "arrow.depend"
	Follow     ID = "arrow.follow"

	StartTime ID = "time.start"
	StopTime  ID = "time.stop"
	Pomodoro  ID = "time.pomodoro"

	FindWords ID = "find"
	FindNext  ID = "find.next"
	FindPrev  ID = "find.previous"
	Draw      ID = "draw"
	Capture   ID = "capture"
	Today     ID = "day.today"
	HideDone  ID = "view.hide-done"
	Context   ID = "view.context"

	ViewOutline ID = "view.outline"
	ViewMap     ID = "view.map"
	ViewPlot    ID = "view.plot"

	Undo    ID = "undo"
	Redo    ID = "redo"
	Help    ID = "help"
	Palette ID = "palette"
	Back    ID = "back"
	Cancel  ID = "cancel"
	Suspend ID = "suspend"
	Redraw  ID = "redraw"
	Mouse   ID = "mouse"
	Quit    ID = "quit"
)

// FoldLevel is the command that shows n levels, 1 to 9.
func FoldLevel(n int) ID { return ID("fold.level-" + string(rune('0'+n))) }

func node(f Facts) string {
	if !f.Node && f.Marks == 0 {
		return "the cursor is on no node"
	}
	return ""
}

func marked(f Facts) string {
	if f.Marks == 0 {
		return "mark nodes with m first"
	}
	return ""
}

func drilled(f Facts) string {
	if !f.Drilled {
		return "this is the whole tree"
	}
	return ""
}

func found(f Facts) string {
	if !f.Found {
		return "search with / first"
	}
	return ""
}

var table = slices.Concat([]Command{
	{AddSibling, "Add a node below", "add", "Write", Tree, []string{"enter"}, "arbor add", nil},
	{AddChild, "Add a child", "child", "Write", Tree, []string{"tab"}, "arbor add --under", nil},
	{AddAbove, "Add a node above", "above", "Write", Tree, []string{"O"}, "arbor add … after:ID", nil},
	{Edit, "Edit the text", "edit", "Write", Tree, []string{"i", "f2"}, "arbor edit", node},
	{Note, "Edit the note in your editor", "note", "Write", Nodes, []string{"e"}, "arbor note", node},
	{DueDate, "Set the due date", "due", "Write", Nodes, []string{"d"}, "arbor edit … due:fri", node},
	{SchedDate, "Set when to work on it", "scheduled", "Write", Nodes | Review, []string{"S"}, "arbor edit … sched:fri", node},
	{WaitDate, "Hide until a day", "wait", "Write", Nodes | Review, []string{"W"}, "arbor edit … wait:fri", node},
	{Repeat, "Set how it repeats", "repeat", "Write", Nodes | Review, []string{"R"}, "arbor edit … rec:weekly", node},
	{Skip, "Leave out the next date of what repeats", "skip", "Write", Nodes | Review, []string{"X"}, "arbor skip", node},
	{Pause, "Pause what repeats, or let it go on", "pause", "Write", Nodes | Review, []string{"F"}, "arbor pause", node},
	{Tags, "Add and remove tags", "tag", "Write", Nodes | Review, []string{"t"}, "arbor edit … +tag -tag", node},
	{Priority, "Set the priority", "priority", "Write", Nodes | Review, []string{"p"}, "arbor edit … prio:4", node},
	{Done, "Done, or not done", "done", "Write", Nodes, []string{"space"}, "arbor done", node},
	{State, "Next state: to do, doing, waiting, cancelled, none", "state", "Write", Nodes, []string{"s"}, "arbor edit … state:doing", node},
	{Delete, "Delete, with all below", "delete", "Write", Nodes, []string{"delete", "x"}, "arbor rm", node},
	{StartTime, "Count time on this node", "start", "Write", Nodes | Review, []string{"b"}, "arbor start", node},
	{Pomodoro, "Work on this node for a set time, then rest", "pomodoro", "Write", Nodes | Review, []string{"P"}, "arbor start --pomodoro", node},
	{StopTime, "Stop counting time", "stop", "Write", Frame, []string{"B"}, "arbor stop", nil},
	{Undo, "Undo the last action", "undo", "Write", Frame, []string{"u"}, "arbor undo", nil},
	{Redo, "Redo what was undone", "redo", "Write", Frame, []string{"U", "ctrl+r"}, "arbor redo", nil},

	{Indent, "Move into the node above", "indent", "Arrange", Outline, []string{">", "alt+right"}, "arbor mv", node},
	{Outdent, "Move out, beside the parent", "outdent", "Arrange", Outline, []string{"<", "alt+left"}, "arbor mv", node},
	{MoveUp, "Move up among the siblings", "move up", "Arrange", Outline, []string{"alt+up", "K"}, "arbor mv", node},
	{MoveDown, "Move down among the siblings", "move down", "Arrange", Outline, []string{"alt+down", "J"}, "arbor mv", node},
	{Mark, "Mark, or take the mark away", "mark", "Arrange", Nodes | Trash, []string{"m"}, "", node},
	{Gather, "Move the marked nodes into this one", "move here", "Arrange", Tree, []string{"v"}, "arbor mv", marked},
	{Arrow, "Begin an arrow here; end it, or erase it, at another node", "arrow", "Arrange", Tree, []string{"r"}, "arbor link", node},
	{Depend, "Choose what has to be done before", "depends", "Arrange", Nodes, []string{"D"}, "arbor depend", node},
	{Follow, "Follow the arrow or the link from here", "follow", "Arrange", Nodes, []string{"f"}, "arbor show", node},

	{Up, "Up", "up", "Move", Nodes | Trash | History, []string{"up", "k"}, "", nil},
	{Down, "Down", "down", "Move", Nodes | Trash | History, []string{"down", "j"}, "", nil},
	{Left, "Fold, or go to the parent", "fold", "Move", Tree, []string{"left", "h"}, "", nil},
	{Right, "Unfold, or go to the first child", "unfold", "Move", Tree, []string{"right", "l"}, "", nil},
	{PageUp, "A page up", "page up", "Move", Nodes | Trash | History, []string{"pgup", "ctrl+b"}, "", nil},
	{PageDown, "A page down", "page down", "Move", Nodes | Trash | History, []string{"pgdown", "ctrl+f"}, "", nil},
	{First, "To the first node", "first", "Move", Nodes | Trash | History, []string{"g", "home"}, "", nil},
	{Last, "To the last node", "last", "Move", Nodes | Trash | History, []string{"G", "end"}, "", nil},
	{Parent, "To the parent", "parent", "Move", Tree, []string{"-"}, "", node},
	{GoIn, "Go in: show this node and what is below it alone", "go in", "Move", Tree, []string{"]", "shift+right"}, "arbor tree", node},
	{GoOut, "Go back out", "go out", "Move", Tree, []string{"[", "backspace", "shift+left"}, "", drilled},
	{Fold, "Fold or unfold", "fold", "Move", Tree, []string{"z z"}, "", node},
	{FoldSaved, "Fold as it was before z1 to z9", "saved folds", "Move", Outline, []string{"z 0"}, "", nil},

	{FindWords, "Find by words as you type", "find", "Find", Frame, []string{"/"}, "arbor find", nil},
	{Ask, "List what a query means, typed or saved", "query", "Find", Frame, []string{"Q"}, "arbor ls", nil},
	{FindNext, "Next match", "next", "Find", Nodes | Plot, []string{"n"}, "", found},
	{FindPrev, "Previous match", "previous", "Find", Nodes | Plot, []string{"N"}, "", found},
	{Draw, "Draw a task by weight: what now?", "draw", "Find", Frame, []string{"w"}, "arbor draw", nil},
	{Today, "To the page of today, begun if need be", "today", "Find", Frame, []string{"T"}, "arbor day", nil},
	{Capture, "Capture a thought to the inbox, and return", "capture", "Find", Frame, []string{"a"}, "arbor add", nil},

	{ViewOutline, "Outline", "outline", "View", Frame, []string{"1"}, "", nil},
	{ViewMap, "Mind-map", "map", "View", Frame, []string{"2"}, "", nil},
	{ViewAgenda, "Agenda: day by day, what is late first", "agenda", "View", Frame, []string{"3"}, "arbor agenda", nil},
	{ViewPlot, "Plot", "plot", "View", Frame, []string{"6"}, "arbor plot", nil},
	{ViewNext, "Next: what can be done now, the most urgent first", "next", "View", Frame, []string{"7"}, "arbor next", nil},
	{ViewQuery, "What the last query means", "query", "View", Frame, []string{"8"}, "arbor ls", nil},
	{ViewReview, "Review: what needs a thought once a week, a key for each", "review", "View", Frame, []string{"9"}, "arbor review", nil},
	{ViewTime, "Time worked, day by day", "time", "View", Frame, []string{"I"}, "arbor track", nil},
	{ViewTrash, "What was thrown away, to bring it back", "trash", "View", Frame, []string{"Z"}, "arbor trash", nil},
	{ViewHistory, "History: what this node was, to bring that back", "history", "View", Nodes | Review, []string{"V"}, "arbor history", node},
	{ViewLinks, "Links: what leads to this node, by its name or an arrow", "links", "View", Nodes&^Links | Review, []string{"Y"}, "arbor backlinks", node},
	{HideDone, "Hide what is done, or show it", "hide done", "View", Tree | Agenda, []string{"."}, "arbor ls -done", nil},
	{Context, "Choose a context: a part of the tree to see and add to", "context", "View", Frame, []string{"C"}, "arbor context", nil},
	{Help, "All keys; type to search, ⏎ runs the entry", "help", "View", Frame, []string{"?", "f1"}, "arbor help", nil},
	{Palette, "Any command, by its name", "commands", "View", Frame, []string{":", "ctrl+p"}, "", nil},
	{Back, "One step back; never quits", "back", "View", Frame, []string{"esc"}, "", nil},
	{Cancel, "Cancel", "cancel", "View", Frame, []string{"ctrl+c"}, "", nil},
	{Redraw, "Repaint the screen", "repaint", "View", Frame, []string{"ctrl+l"}, "", nil},
	{Mouse, "Let the terminal have the mouse, to select text, or take it back", "mouse", "View", Frame, []string{"ctrl+t"}, "", nil},
	{Suspend, "Leave for the shell; fg returns", "suspend", "View", Frame, []string{"ctrl+z"}, "", nil},
	{Quit, "Quit; everything is saved", "quit", "View", Frame, []string{"q"}, "", nil},
}, foldLevels(), listRows, reviewRows, mapRows, plotRows)

func foldLevels() []Command {
	var rows []Command
	for n := 1; n <= 9; n++ {
		d := string(rune('0' + n))
		rows = append(rows, Command{FoldLevel(n), "Show " + d + plural(n, " level", " levels"), "level " + d, "Move", Outline, []string{"z " + d}, "", nil})
	}
	return rows
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
