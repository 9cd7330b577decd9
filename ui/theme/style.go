package theme

// Style names how a cell is drawn: one of the constants below, with any of the flags added by |.
type Style uint16

// The styles. Text is the terminal's own foreground.
const (
	Text    Style = iota
	Dim           // secondary words: breadcrumbs, counts, the key legend
	Faint         // decoration that may be missed: guides, rules, grid dots
	Title         // where we are
	Accent        // what to look at first
	Bright        // emphasised text
	Tag           // #tag, +tag
	Due           // a date to come
	Today         // a date that is today
	Overdue       // a date that has passed
	Todo          // state glyphs, one style a state
	Doing
	Waiting
	Done
	Cancelled
	Note     // the mark of a note
	Key      // a key one can press
	Label    // what the key does
	Error    // something went wrong
	Good     // something went right
	Match    // the part of a text that was searched for
	Cursor   // the cell of the text cursor
	Mark     // the mark of a selected node
	Border   // frames of overlays
	Edge     // tree edges of a map
	Arrow    // arrows between nodes
	Axis     // axes and ticks of a plot
	Spark    // sparklines
	Disabled // a command that is not available now
	Link     // URLs
	Series1  // curves, and the branches of a map
	Series2
	Series3
	Series4
	Series5
	Series6
	styleCount
)

// The flags. They add to a style without replacing it.
const (
	OnCursor Style = 1 << (8 + iota) // the row or the node the cursor is on
	OnPanel                          // inside an overlay
	Bold
	Underline
	Reverse
)

const idMask Style = 0xff

// Series returns the style of the i-th curve or branch; six alternate.
func Series(i int) Style {
	if i < 0 {
		i = -i
	}
	return Series1 + Style(i%6)
}
