package cli

import "github.com/spf13/cobra"

// addVerbs adds the commands, in the order in which a newcomer needs them: what one does every day, then what the tree and its tasks are for, what
// helps where something went wrong, and what one does once.
func (r *run) addVerbs(root *cobra.Command) {
	for _, group := range []struct {
		id, title string
		verbs     []*cobra.Command
	}{
		{"day", "Every day:", []*cobra.Command{r.addCommand(), r.lsCommand(), r.findCommand(), r.showCommand(), r.editCommand(), r.tagCommand(), r.noteCommand(),
			r.doneCommand(), r.undoCommand(), r.redoCommand()}},
		{"now", "What to do now:", []*cobra.Command{r.nextCommand(), r.agendaCommand(), r.dayCommand(), r.drawCommand(), r.reviewCommand(), r.remindCommand(),
			r.contextCommand()}},
		{"tree", "The tree:", []*cobra.Command{r.treeCommand(), r.mvCommand(), r.cpCommand(), r.rmCommand(), r.dependCommand(), r.linkCommand(), r.backlinksCommand(),
			r.templateCommand(), r.openCommand()}},
		{"again", "What repeats:", []*cobra.Command{r.skipCommand(), r.pauseCommand(), r.resumeCommand(), r.chainCommand()}},
		{"time", "Time and numbers:", []*cobra.Command{r.startCommand(), r.stopCommand(), r.trackCommand(), r.logCommand(), r.seriesCommand(), r.plotCommand(), r.reportCommand()}},
		{"past", "What was:", []*cobra.Command{r.trashCommand(), r.bringBackCommand(), r.historyCommand(), r.diffCommand()}},
		{"move", "Other programs:", []*cobra.Command{r.importCommand(), r.exportCommand(), r.watchCommand(), r.hookCommand()}},
		{"care", "Look after:", []*cobra.Command{r.demoCommand(), r.configCommand(), r.doctorCommand(), r.storeCommand(), r.manCommand(root)}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, c := range group.verbs {
			c.GroupID = group.id
			c.DisableFlagsInUseLine = true
			root.AddCommand(c)
		}
	}
}
