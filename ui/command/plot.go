package command

// The commands of the plot alone.
const (
	PlotEarlier     ID = "plot.earlier"
	PlotLater       ID = "plot.later"
	PlotPageEarlier ID = "plot.page-earlier"
	PlotPageLater   ID = "plot.page-later"
	ZoomIn          ID = "plot.zoom-in"
	ZoomOut         ID = "plot.zoom-out"
	PlotAll         ID = "plot.all"
	PlotNow         ID = "plot.now"
	NextSeries      ID = "plot.next-series"
	PrevSeries      ID = "plot.previous-series"
	PlotKind        ID = "plot.kind"
	PlotMarks       ID = "plot.marks"
	PlotLog         ID = "plot.log"
	PlotSecond      ID = "plot.second-series"
	PlotGoal        ID = "plot.goal"
	PlotKindBack    ID = "plot.kind-before"
	PlotSeries      ID = "plot.series"
	PlotAbout       ID = "plot.about"
	PlotAxis        ID = "plot.axis"
	PlotBy          ID = "plot.by"
	PlotWords       ID = "plot.words"
	PlotSince       ID = "plot.since"
	PlotUntil       ID = "plot.until"
	ZoomHour        ID = "plot.zoom-hour"
	ZoomDay         ID = "plot.zoom-day"
	ZoomWeek        ID = "plot.zoom-week"
	ZoomMonth       ID = "plot.zoom-month"
	ZoomQuarter     ID = "plot.zoom-quarter"
	ZoomYear        ID = "plot.zoom-year"
	CrossNext       ID = "plot.next-sample"
	CrossPrev       ID = "plot.previous-sample"
	CrossOff        ID = "plot.no-sample"
	CrossLeft       ID = "plot.column-before"
	CrossRight      ID = "plot.next-column"
	SampleEdit      ID = "sample.edit"
	SampleRemove    ID = "sample.remove"
	SampleLog       ID = "sample.log"
	SampleSkip      ID = "sample.skip-day"
)

func series(f Facts) string {
	if !f.Series {
		return "there is no series yet"
	}
	return ""
}

func sample(f Facts) string {
	if !f.Sample {
		return "point at a sample first, with . or a click"
	}
	return ""
}

func logged(f Facts) string {
	if why := series(f); why != "" || !f.Derived {
		return why
	}
	return "it follows from the tree"
}

func habit(f Facts) string {
	if why := series(f); why != "" || f.Habit {
		return why
	}
	return "the series has no target of which a day can be skipped; arbor series set NAME target:3/week"
}

var plotRows = []Command{
	{ZoomIn, "Zoom in on the middle", "zoom in", "Plot", Plot, []string{"+", "=", "up", "k"}, "", series},
	{ZoomOut, "Zoom out", "zoom out", "Plot", Plot, []string{"-", "down", "j"}, "arbor plot --since", series},
	{PlotEarlier, "Earlier; the sample before the one pointed at", "earlier", "Plot", Plot, []string{"left", "h"}, "", series},
	{PlotLater, "Later; the sample after the one pointed at", "later", "Plot", Plot, []string{"right", "l"}, "", series},
	{PlotPageEarlier, "A screen earlier", "page back", "Plot", Plot, []string{"pgup", "H"}, "", series},
	{PlotPageLater, "A screen later", "page on", "Plot", Plot, []string{"pgdown", "L"}, "", series},
	{PlotAll, "All of the series", "all", "Plot", Plot, []string{"0", "home", "g", "z a"}, "", series},
	{PlotNow, "To the last sample", "latest", "Plot", Plot, []string{"end", "G"}, "", series},
	{NextSeries, "The next series", "next series", "Plot", Plot, []string{"tab"}, "", series},
	{PrevSeries, "The series before", "series before", "Plot", Plot, []string{"shift+tab"}, "", series},
	{CrossPrev, "Point at a sample, or the one before", "sample", "Plot", Plot, []string{","}, "arbor log --list", series},
	{CrossNext, "Point at the next sample", "next", "Plot", Plot, []string{"."}, "arbor log --list", series},
	{CrossLeft, "Point at a sample in the column before", "column before", "Plot", Plot, []string{"<", "shift+left"}, "", series},
	{CrossRight, "Point at a sample in the next column", "next column", "Plot", Plot, []string{">", "shift+right"}, "", series},
	{CrossOff, "Point at no sample; so does Esc", "no sample", "Plot", Plot, []string{"c"}, "", series},
	{SampleEdit, "Give the sample pointed at another value", "edit", "Samples", Plot, []string{"enter", "i"}, "arbor log --edit", sample},
	{SampleRemove, "Take the sample pointed at away", "remove", "Samples", Plot, []string{"delete", "x"}, "arbor log --rm", sample},
	{SampleLog, "Log a value, at the time pointed at or now", "log", "Samples", Plot, []string{"A"}, "arbor log", logged},
	{SampleSkip, "Skip a day of a habit, or take that back", "skip day", "Samples", Plot, []string{"X"}, "arbor log --skip", habit},
	{PlotKind, "Another kind: line, bar, histogram, heat map, …", "kind", "Plot", Plot, []string{"v"}, "arbor plot --kind", series},
	{PlotKindBack, "The kind before", "kind before", "Plot", Plot, []string{"V"}, "arbor plot --kind", series},
	{PlotAbout, "Events to show: those a query means", "events", "Plot", Plot, []string{"e"}, "arbor plot --annotate", series},
	{PlotBy, "One value an hour, a day, up to a year, or samples", "by", "Plot", Plot, []string{"b"}, "arbor plot --by", series},
	{PlotWords, "In words, for reading aloud, or drawn", "words", "Plot", Plot, []string{"W"}, "", series},
	{ZoomHour, "An hour, about what is pointed at", "an hour", "Plot", Plot, []string{"z h"}, "arbor plot --since 1h", series},
	{ZoomDay, "A day", "a day", "Plot", Plot, []string{"z d"}, "arbor plot --since 1d", series},
	{ZoomWeek, "A week", "a week", "Plot", Plot, []string{"z w"}, "arbor plot --since 7d", series},
	{ZoomMonth, "A month", "a month", "Plot", Plot, []string{"z m"}, "arbor plot --since 30d", series},
	{ZoomQuarter, "A quarter", "a quarter", "Plot", Plot, []string{"z q"}, "arbor plot --since 91d", series},
	{ZoomYear, "A year", "a year", "Plot", Plot, []string{"z y"}, "arbor plot --since 365d", series},
	{PlotSince, "From a time on", "since", "Plot", Plot, []string{"z s"}, "arbor plot --since", series},
	{PlotUntil, "Up to a time", "until", "Plot", Plot, []string{"z u"}, "arbor plot --until", series},
	{PlotSeries, "Choose the series by its name", "series", "Plot", Plot, []string{"p"}, "arbor plot", nil},
	{PlotSecond, "Lay a series beside this one, or take it away", "beside", "Plot", Plot, []string{"s"}, "arbor plot", series},
	{PlotAxis, "The axis on the right: by unit, always, never", "axis", "Plot", Plot, []string{"|"}, "arbor plot --axis2", series},
	{PlotLog, "Values by factors of ten, or plainly", "log", "Plot", Plot, []string{"y"}, "arbor plot --log", series},
	{PlotMarks, "Other marks: braille, quadrants, blocks, ASCII", "marks", "Plot", Plot, []string{"M"}, "arbor plot --marks", series},
	{PlotGoal, "Show the goal of the series, or hide it", "goal", "Plot", Plot, []string{"o"}, "arbor series set NAME goal:", series},
}
