package command

// The commands of the mind-map alone.
const (
	PanLeft    ID = "map.pan-left"
	PanDown    ID = "map.pan-down"
	PanUp      ID = "map.pan-up"
	PanRight   ID = "map.pan-right"
	Centre     ID = "map.centre"
	NudgeLeft  ID = "map.nudge-left"
	NudgeDown  ID = "map.nudge-down"
	NudgeUp    ID = "map.nudge-up"
	NudgeRight ID = "map.nudge-right"
	Release    ID = "map.release"
)

var mapRows = []Command{
	{PanLeft, "Pan the map to the left", "pan", "Map", Map, []string{"H"}, "", nil},
	{PanDown, "Pan the map down", "pan down", "Map", Map, []string{"J"}, "", nil},
	{PanUp, "Pan the map up", "pan up", "Map", Map, []string{"K"}, "", nil},
	{PanRight, "Pan the map to the right", "pan right", "Map", Map, []string{"L"}, "", nil},
	{Centre, "Bring the node under the cursor to the middle", "centre", "Map", Map, []string{"c"}, "", node},
	{NudgeLeft, "Place the node here, a little to the left", "place", "Map", Map, []string{"alt+left"}, "", node},
	{NudgeDown, "Place the node here, a little down", "place down", "Map", Map, []string{"alt+down"}, "", node},
	{NudgeUp, "Place the node here, a little up", "place up", "Map", Map, []string{"alt+up"}, "", node},
	{NudgeRight, "Place the node here, a little to the right", "place right", "Map", Map, []string{"alt+right"}, "", node},
	{Release, "Let the layout place this node again", "release", "Map", Map, []string{"0"}, "", node},
}
