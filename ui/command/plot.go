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
}
