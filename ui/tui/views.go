package tui

import (
	"arbor/ui/command"
	"arbor/ui/screen"
	"arbor/ui/screen/mindmap"
	"arbor/ui/screen/outline"
	"arbor/ui/screen/plot"
)

// view is a screen and how to come to it. The order of the list is that of the header.
type view struct {
	open  command.ID
	key   string // shown before the name in the header
	name  string
	focus command.Focus
	new   func(screen.Env) screen.Screen
}

// views lists the screens that there are. A new screen is a new line here.
func views() []view {
	return []view{
		{command.ViewOutline, "1", "outline", command.Outline, func(e screen.Env) screen.Screen { return outline.New(e) }},
		{command.ViewMap, "2", "map", command.Map, func(e screen.Env) screen.Screen { return mindmap.New(e) }},
		{command.ViewPlot, "6", "plot", command.Plot, func(e screen.Env) screen.Screen { return plot.New(e) }},
	}
}
