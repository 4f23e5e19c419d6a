package skills

import (
	"github.com/schollz/progressbar/v3"

	"github.com/symbi-ctl/symbi-ctl/internal/cli"
)

const quietFiles = 4000 // files that are scanned before anything is shown

// progress shows on a terminal how far a long scan is. It returns nil where
// nobody would see it.
func progress(app *cli.App) (show func(files int, bytes int64), done func()) {
	if !app.Terminal.Err || app.Global.Quiet {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	return func(files int, _ int64) {
			if files < quietFiles {
				return
			}
			if bar == nil {
				bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(app.Err), progressbar.OptionSetDescription("scanning"),
					progressbar.OptionShowCount(), progressbar.OptionSetItsString("files"), progressbar.OptionClearOnFinish())
			}
			// Only the terminal would miss a failed write.
			_ = bar.Set(files)
		}, func() {
			if bar != nil {
				_ = bar.Finish()
			}
		}
}
