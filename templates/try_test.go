package templates
import ("testing";"context";"fmt";"tebar/campaign")
func try(h, md, txt, subj string, rec campaign.Recipient){
  s, ps := Parse(campaign.Letter{Subject:subj, HTML:h, Markdown:md, Text:txt, InlineCSS:true}, Names{HTML:"b.html", Markdown:"b.md", Text:"b.txt"})
  fmt.Println("=======")
  for _, p := range ps { fmt.Println(p.Severity, p.Error(), "|", p.Hint); fmt.Println(p.Excerpt) }
  if s==nil { return }
  fmt.Println("perRow", s.perRow, "fast", s.text!=nil)
  for _, p := range s.CheckColumns(rec.Columns) { fmt.Println("COL", p.Severity, p.Error(), "|", p.Hint) }
  for _, p := range s.Check(context.Background(), rec) { fmt.Println("CHK", p.Severity, p.Error(), "|", p.Hint) }
  out, err := s.Render(context.Background(), rec)
  fmt.Println(err); fmt.Println("S:", out.Subject); fmt.Println("H:", out.HTML); fmt.Println("T:", out.Text)
}
func TestTry(t *testing.T){
 cols := []string{"Email","First Name","paid","link","Empty","item"}
 r := campaign.Recipient{Address:"a@example.org", Row: campaign.Row{Source:"p.csv",Number:2,Columns:cols,Values:[]string{"a+b@example.org","Bu<di> & co -->","no","https://example.org/a?b=c&d=e","","x"}}}
 g := r; g.Rows = []campaign.Row{r.Row, {Source:"p.csv",Number:3,Columns:cols,Values:[]string{"a","b","yes","d","","y<"}}}
 try(`<p>{{.first_name}}</p><!--[if mso]><a href="{{.link}}" title={{.first_name}}>{{.first_name}}</a><![endif]--><!-- plain {{UA-x}} --><!--[if !mso]><!--><b>x</b><!--<![endif]--><![if !mso]>q<![endif]> {{mso "<br>"}} <img src="{{cid "a b.png"}}"> <a href="{{tel "(021) 5-5"}}">call</a> <a href="{{.link}}">L</a>{{if .paid}}P{{end}} [{{.empty}}]{{if .empty}}{{.empty}}{{end}}`, "", "", "Hi {{.first_name}}\n{{.empty}}", r)
 try(`<style>p{color:red}td{color:blue}</style><table>{{range .rows}}<tr><td>{{.item}}</td></tr>{{end}}</table>{{join ", " (pluck "item" .rows)}}`, "", "", "x", g)
 try(`<style>p{color:red}</style>{{if yes .paid}}<p>Paid</p>{{else}}<p>Not</p>{{end}}<p>z {{"{{"}} &#123;&#123;.x}}</p>`, "", "", "x", g)
 try("", "# Hi {{.first_name}}\n\n**{{.item}}** [go]({{.link}}) and [q](https://example.org/?e={{.email}}&x=1) ![pic](a.png)\n\n{{range .rows}}\n- {{.item}}\n{{end}}\n\n{{if yes .paid}}\nPaid\n{{else}}\nNot paid\n{{end}}\n\n| a | b |\n|---|---|\n| {{.item}} | 2 |\n\nend &#123;&#123;\n", "", "x", g)
 try(`<p>{{.frist_name}} {{field "First name"}} {{index . "Nmae"}} {{$.emial}} {{with .x}}{{$.y}}{{end}} {{range .rows}}{{.itme}}{{end}}</p>`, "", "", "{{.subjct}}", r)
 try("<p>{{.a-b}} {{.first_name | uper}} {{if}} {{.x}\n {{nope}}", "", "", "{{.a b}} {{end}}", r)
 try(`<a href="{{.link}}`, "", "", "", r)
 try("", "", "Hi {{.first_name}} {{if gt .paid 3}}x{{end}}", "x", r)
 try("", "", "Hi {{.nope}} {{date \"2 January 2006\" .paid}}", "x", r)
}
