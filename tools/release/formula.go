package main

import (
	"io"
	"strings"
	"text/template"
)

// formulaText is the template of Homebrew's formula. It installs the archives, which need no compiler.
const formulaText = `class Firsttoken < Formula
  desc "Continuous SLO probing of LLM inference endpoints, for Prometheus"
  homepage "https://github.com/firsttoken/firsttoken"
  version "{{.Version}}"
  license "Apache-2.0"
{{range .Systems}}
  on_{{.Name}} do
{{- range .Archives}}
    on_{{.CPU}} do
      url "{{.URL}}"
      sha256 "{{.Sum}}"
    end
{{- end}}
  end
{{end}}
  def install
    bin.install "firsttoken"
    man1.install "firsttoken.1"
    bash_completion.install "completions/firsttoken.bash" => "firsttoken"
    zsh_completion.install "completions/_firsttoken"
    pkgshare.install "alerts"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/firsttoken --version")
    (testpath/"firsttoken.yml").write "targets: []\n"
    system bin/"firsttoken", "check", testpath/"firsttoken.yml"
  end
end
`

type system struct {
	Name     string // as Homebrew has it
	Archives []archived
}

type archived struct{ CPU, URL, Sum string }

// formula writes firsttoken.rb for the archives that were built; none without an archive that Homebrew could install.
func (r *release) formula(sums map[string]string) error {
	var systems []system
	for _, s := range []struct{ name, goos string }{{"macos", "darwin"}, {"linux", "linux"}} {
		one := system{Name: s.name}
		for _, c := range []struct{ cpu, arch string }{{"arm", "arm64"}, {"intel", "amd64"}} {
			_, name := r.archiveName(s.goos, c.arch)
			if sum, made := sums[name]; made {
				url := strings.TrimSuffix(r.URL, "/") + "/v" + r.Version + "/" + name
				one.Archives = append(one.Archives, archived{c.cpu, url, sum})
			}
		}
		if len(one.Archives) > 0 {
			systems = append(systems, one)
		}
	}
	if len(systems) == 0 {
		return nil
	}
	formula, err := template.New("formula").Parse(formulaText)
	if err != nil {
		return err
	}
	return r.create("firsttoken.rb", func(w io.Writer) error {
		return formula.Execute(w, map[string]any{"Version": r.Version, "Systems": systems})
	})
}
