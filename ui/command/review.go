package command

// The commands of the review.
const (
	ViewReview ID = "view.review"

	ReviewDo       ID = "review.do"
	ReviewDone     ID = "review.done"
	ReviewDefer    ID = "review.defer"
	ReviewDelegate ID = "review.delegate"
	ReviewStep     ID = "review.next-step"
	ReviewDelete   ID = "review.delete"
	ReviewKeep     ID = "review.keep"
	ReviewSkip     ID = "review.skip"
	ReviewBefore   ID = "review.before"
	ReviewWeek     ID = "review.week"
)

var reviewRows = []Command{
	{ReviewDo, "It is being done from now on", "do", "Review", Review, []string{"d"}, "arbor review answer … do", node},
	{ReviewDone, "It is done", "done", "Review", Review, []string{"e", "space"}, "arbor review answer … done", node},
	{ReviewDefer, "It waits until a day", "defer", "Review", Review, []string{"f"}, "arbor review answer … defer fri", node},
	{ReviewDelegate, "It waits for somebody, whom a tag may name", "delegate", "Review", Review, []string{"g"}, "arbor review answer … delegate", node},
	{ReviewStep, "What to do next for it: a step below", "next step", "Review", Review, []string{"n"}, "arbor review answer … next", node},
	{ReviewDelete, "Delete it, with all below", "delete", "Review", Review, []string{"x", "delete"}, "arbor review answer … delete", node},
	{ReviewKeep, "It stays as it is", "keep", "Review", Review, []string{"k"}, "arbor review answer … keep", node},
	{ReviewSkip, "Leave it for later, and go on", "skip", "Review", Review, []string{"s", "down"}, "", node},
	{ReviewBefore, "To the one before", "before", "Review", Review, []string{"up"}, "", node},
	{ReviewWeek, "End the review: note the week on the page of today", "end", "Review", Review, []string{"E"}, "arbor review", nil},
}
