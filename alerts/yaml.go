package alerts

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// ruleFile is the document that Prometheus reads, and the spec of the operator's resource. Each of its
// groups is a Group or, from another file, the YAML of one.
type ruleFile struct {
	Groups []any `yaml:"groups"`
}

// Plain is the groups as a Prometheus rule file.
func Plain(groups []Group) ([]byte, error) {
	return encode(ruleFile{anyOf(groups)})
}

// resource is the operator's custom resource.
type resource struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
	Spec       ruleFile `yaml:"spec"`
}

type metadata struct {
	Name   string            `yaml:"name"`
	Labels map[string]string `yaml:"labels"`
}

// PrometheusRule is the groups as the operator's custom resource, monitoring.coreos.com/v1, followed
// by those of other rule files, such as gpu.rules.yml. The labels select it in the usual
// installations of the operator; yours may ask for others.
func PrometheusRule(groups []Group, files ...[]byte) ([]byte, error) {
	all := anyOf(groups)
	for _, f := range files {
		var more struct {
			Groups []yaml.Node `yaml:"groups"`
		}
		if err := yaml.Unmarshal(f, &more); err != nil {
			return nil, fmt.Errorf("reading rules: %w", err)
		}
		for i := range more.Groups {
			all = append(all, withoutComments(&more.Groups[i]))
		}
	}
	return encode(resource{
		APIVersion: "monitoring.coreos.com/v1",
		Kind:       "PrometheusRule",
		Metadata: metadata{
			Name:   "firsttoken",
			Labels: map[string]string{"app.kubernetes.io/name": "firsttoken", "role": "alert-rules"},
		},
		Spec: ruleFile{all},
	})
}

func anyOf(groups []Group) []any {
	var all []any
	for _, g := range groups {
		all = append(all, g)
	}
	return all
}

func encode(document any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(header)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(document); err != nil {
		return nil, fmt.Errorf("encoding rules: %w", err)
	}
	return b.Bytes(), e.Close()
}

// withoutComments drops the comments, which are for readers of the file itself.
func withoutComments(n *yaml.Node) *yaml.Node {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		withoutComments(c)
	}
	return n
}
