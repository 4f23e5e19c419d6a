package devruntime

import "github.com/symbi-ctl/symbi-ctl/internal/devruntime/dsl"

// workflow is the agent of a definition that is sent as a workflow. The error is
// upstream's.
func workflow(source string) (name string, err error) {
	d, err := dsl.Parse(source)
	if err != nil {
		return "", err
	}
	selector, err := d.Default()
	if err != nil {
		return "", err
	}
	a, err := d.Select(selector)
	return a.Name, err
}

// description reads the definition of the agent that is to run. The error is
// why upstream would not run it.
func description(job work) (string, error) {
	d, err := dsl.Parse(job.DSL)
	if err != nil {
		return "", err
	}
	if _, err := d.Select(job.Name); err != nil {
		return "", err
	}
	return d.Text("description"), nil
}
