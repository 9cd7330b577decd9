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
	CrossNext       ID = "plot.next-sample"
	CrossPrev       ID = "plot.previous-sample"
	CrossOff        ID = "plot.no-sample"
)

func series(f Facts) string {
	if !f.Series {
		return "there is no series yet"
	}
	return ""
}

var plotRows = []Command{
	{ZoomIn, "Zoom in on the middle", "zoom in", "Plot", Plot, []string{"+", "=", "up", "k"}, "", series},
	{ZoomOut, "Zoom out", "zoom out", "Plot", Plot, []string{"-", "down", "j"}, "arbor plot --since", series},
	{PlotEarlier, "To an earlier time", "earlier", "Plot", Plot, []string{"left", "h"}, "", series},
	{PlotLater, "To a later time", "later", "Plot", Plot, []string{"right", "l"}, "", series},
	{PlotPageEarlier, "A screen earlier", "page back", "Plot", Plot, []string{"pgup", "H"}, "", series},
	{PlotPageLater, "A screen later", "page on", "Plot", Plot, []string{"pgdown", "L"}, "", series},
	{PlotAll, "All of the series", "all", "Plot", Plot, []string{"0", "home", "g"}, "", series},
	{PlotNow, "To the last sample, as far zoomed in as now", "latest", "Plot", Plot, []string{"end", "G"}, "", series},
	{NextSeries, "The next series", "next series", "Plot", Plot, []string{"tab"}, "", series},
	{PrevSeries, "The series before", "series before", "Plot", Plot, []string{"shift+tab"}, "", series},
	{CrossPrev, "Point at the sample before, and say its value and time", "sample before", "Plot", Plot, []string{","}, "arbor log --list", series},
	{CrossNext, "Point at the next sample", "next sample", "Plot", Plot, []string{"."}, "arbor log --list", series},
	{CrossOff, "Point at no sample", "no sample", "Plot", Plot, []string{"x"}, "", series},
	{PlotKind, "Another kind: line, step, bar, area, points, band", "kind", "Plot", Plot, []string{"v"}, "arbor plot --kind", series},
	{PlotSecond, "Another series beside this one, by an axis on the right if its unit is another", "second", "Plot", Plot, []string{"s"}, "arbor plot", series},
	{PlotLog, "Values by factors of ten, or plainly", "log", "Plot", Plot, []string{"y"}, "arbor plot --log", series},
	{PlotMarks, "Other marks: braille, quadrants, blocks, ASCII", "marks", "Plot", Plot, []string{"M"}, "arbor plot --marks", series},
	{PlotGoal, "Show the goal of the series, or hide it", "goal", "Plot", Plot, []string{"o"}, "arbor series set NAME goal:", series},
}
