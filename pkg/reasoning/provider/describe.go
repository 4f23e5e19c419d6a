package provider

import "net/url"

// Describe names a provider for people: its kind, its model, and the host it is
// asked at. It shows no more of an address than the host, because gateways have
// keys in paths. A nil provider is described too.
func Describe(p Provider) string {
	switch p := p.(type) {
	case nil:
		return "none: runs end unresolved, as upstream's do without a model"
	case *HTTP:
		where := p.base
		if u, err := url.Parse(p.base); err == nil { // it was parsed before
			where = u.Scheme + "://" + u.Host
		}
		return p.Name() + " " + p.Model() + " at " + where
	case *Scripted:
		return p.Name() + " " + p.Model() + p.about
	default:
		return p.Name() + " " + p.Model()
	}
}
