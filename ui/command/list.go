package command

// The commands of lists: the agenda, the tasks that are next, what a query means, the time worked, what leads to a node.
const (
	ViewAgenda  ID = "view.agenda"
	ViewNext    ID = "view.next"
	ViewQuery   ID = "view.query"
	ViewTime    ID = "view.time"
	ViewTrash   ID = "view.trash"
	ViewHistory ID = "view.history"
	ViewLinks   ID = "view.links"

	OpenNode ID = "list.open"
	EditLine ID = "list.edit"
	Why      ID = "list.why"
	Earlier  ID = "agenda.earlier"
	Later    ID = "agenda.later"
	ThisWeek ID = "agenda.today"
	Restore  ID = "trash.restore"
	Return   ID = "history.return"
	Ask      ID = "find.query"
)

var listRows = []Command{
	{OpenNode, "Show this node in the outline", "open", "Lists", Lists | Review, []string{"enter", "right", "l"}, "arbor show", node},
	{EditLine, "Edit the line of this node: its text, tags, dates", "edit", "Lists", Lists | Review, []string{"i", "f2"}, "arbor edit", node},
	{Why, "Say what the urgency is made of", "why", "Lists", Next, []string{"y"}, "arbor next --explain", node},
	{Earlier, "The seven days before", "week before", "Lists", Agenda | Time, []string{"{", "shift+left"}, "arbor agenda", nil},
	{Later, "The seven days after", "next week", "Lists", Agenda | Time, []string{"}", "shift+right"}, "arbor agenda", nil},
	{ThisWeek, "Back to today", "today", "Lists", Agenda | Time, []string{"0"}, "arbor agenda", nil},
	{Restore, "Bring it back to its place, with all below", "bring back", "Lists", Trash, []string{"enter", "space"}, "arbor restore", node},
	{Return, "Make the node what it was then", "as then", "Lists", History, []string{"enter"}, "arbor restore --version", node},
}
