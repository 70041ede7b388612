package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // the formats register themselves
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"
)

const description = `Continuous SLO probing of LLM inference endpoints, for Prometheus.
firsttoken keeps a small, steady, realistic load on inference endpoints, measures
each answer as its user would feel it, and exports what it measured.`

// packages writes the deb and the rpm, and returns their names.
func (r *release) packages(arch, program string, texts []content) ([]string, error) {
	var names []string
	for _, format := range []string{"deb", "rpm"} {
		packager, err := nfpm.Get(format)
		if err != nil {
			return nil, err
		}
		info := r.info(arch, program, texts)
		if err := nfpm.PrepareForPackager(info, format); err != nil {
			return nil, err
		}
		name := packager.ConventionalFileName(info)
		if err := r.create(name, func(w io.Writer) error { return packager.Package(info, w) }); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func (r *release) info(arch, program string, texts []content) *nfpm.Info {
	script := func(name string) string { return filepath.Join(r.Root, "deploy/systemd", name) }
	return nfpm.WithDefaults(&nfpm.Info{
		Name: "firsttoken", Arch: arch, Platform: "linux", Version: r.Version, Section: "net", Priority: "optional",
		Maintainer: "The firsttoken authors", Description: description, License: "Apache-2.0",
		Homepage: "https://github.com/firsttoken/firsttoken", MTime: r.Time,
		Overridables: nfpm.Overridables{
			Contents: r.contents(program, texts),
			Scripts: nfpm.Scripts{
				PostInstall: script("postinstall.sh"), PreRemove: script("preremove.sh"),
				PostRemove: script("postremove.sh"),
			},
			RPM: nfpm.RPM{BuildHost: "localhost"},
		},
	})
}

// contents are the files of a package, and the folder for keys, which only root may read.
func (r *release) contents(program string, texts []content) files.Contents {
	all := files.Contents{{
		Destination: "/etc/firsttoken/keys", Type: files.TypeDir,
		FileInfo: &files.ContentFileInfo{Mode: os.ModeDir | 0o700, MTime: r.Time},
	}}
	for _, t := range append([]content{{source: program, path: "/usr/bin/firsttoken", program: true}}, texts...) {
		if t.path == "" {
			continue
		}
		f := &files.Content{
			Source: t.source, Destination: t.path, Packager: t.only,
			FileInfo: &files.ContentFileInfo{Mode: t.mode(), MTime: r.Time},
		}
		if t.config {
			f.Type = files.TypeConfigNoReplace
		}
		all = append(all, f)
	}
	return all
}
