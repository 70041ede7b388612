package discovery

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/internal/stableread"
)

// Files are lists in files, as Prometheus' file_sd_configs has them. All files make one list.
type Files struct {
	Patterns        []string       `yaml:"files"` // paths or globs, of .yml, .yaml and .json
	RefreshInterval model.Duration `yaml:"refresh_interval,omitempty"`
	MaxTargets      int            `yaml:"max_targets,omitempty"`

	reader stableread.Reader
}

// defaultFileInterval is that of the configuration file. Prometheus looks every five minutes and is told of changes
// by the kernel in between, which a network file system does not do.
const defaultFileInterval = model.Duration(30 * time.Second)

// DefaultFiles has everything but the files.
func DefaultFiles() Files {
	return Files{
		RefreshInterval: defaultFileInterval, MaxTargets: defaultTargets,
		reader: stableread.Reader{Limit: maxListBytes},
	}
}

// Validate returns every problem of the keys. It does not look for the files.
func (f Files) Validate() invalid.Errors {
	var errs invalid.Errors
	if len(f.Patterns) == 0 {
		errs.Add("files", "is missing: it lists the files, or patterns such as lists/*.yml")
	}
	for i, p := range f.Patterns {
		if _, err := filepath.Match(p, ""); err != nil || !slices.Contains(extensions(), filepath.Ext(p)) {
			errs.Add(fmt.Sprintf("files[%d]", i), "must be a path or a pattern that ends in %s",
				strings.Join(extensions(), ", "))
		}
	}
	validateCommon(&errs, f.RefreshInterval, f.MaxTargets)
	return errs
}

func extensions() []string { return []string{".yml", ".yaml", ".json"} }

func validateCommon(errs *invalid.Errors, every model.Duration, most int) {
	if time.Duration(every) < time.Second {
		errs.Add("refresh_interval", "%s is below 1s", every)
	}
	if most < 1 {
		errs.Add("max_targets", "%d is below 1", most)
	}
}

// SetDirectory makes relative paths start at dir.
func (f *Files) SetDirectory(dir string) {
	f.Patterns = slices.Clone(f.Patterns)
	for i, p := range f.Patterns {
		f.Patterns[i] = config.JoinDir(dir, p)
	}
}

// Interval is how often to look.
func (f Files) Interval() time.Duration { return time.Duration(f.RefreshInterval) }

// Read reads all files until none of them changes any more. No file at all is an error: what has gone away is not
// known to be empty.
func (f Files) Read(ctx context.Context) ([]Entry, error) {
	paths := f.paths()
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no file %s", strings.Join(f.Patterns, " or "))
	}
	contents, err := f.reader.Read(ctx, paths...)
	if err != nil {
		return nil, fmt.Errorf("reading a list of targets: %w", err)
	}
	all := []Entry{}
	for i, data := range contents {
		parse := parseYAML
		if filepath.Ext(paths[i]) == ".json" {
			parse = parseJSON
		}
		some, err := parse(paths[i], data)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, atMost(f.MaxTargets, all)
}

// atMost refuses a list that is too long. Taking the first targets only would make a choice that nobody made.
func atMost(most int, all []Entry) error {
	if len(all) > most {
		return fmt.Errorf("%d targets are more than max_targets, %d", len(all), most)
	}
	return nil
}

// paths are the files that there are, each once, in a steady order. A pattern that is a plain path is a file whether
// it exists or not.
func (f Files) paths() []string {
	var all []string
	for _, p := range f.Patterns {
		if !strings.ContainsAny(p, `*?[\`) {
			all = append(all, p)
			continue
		}
		found, _ := filepath.Glob(p) // Validate has refused bad patterns
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
