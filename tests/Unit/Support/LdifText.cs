using System.Text;

namespace MailBackup.Tests.Support;

/// <summary>Writes the LDIF file of a small directory.</summary>
internal sealed class LdifText
{
    private readonly StringBuilder _text = new("version: 1\n");

    public LdifText Account(int id, string mail, params string[] attributes) => Entry(
        $"uid={mail.Split('@')[0]},ou=people", ["objectClass: zimbraAccount", $"zimbraId: 00000000-0000-4000-8000-{id:d12}", $"mail: {mail}", .. attributes]);

    public LdifText Domain(string name, params string[] attributes) => Entry(
        $"dc={name}", ["objectClass: zimbraDomain", $"zimbraId: d-{name}", $"zimbraDomainName: {name}", .. attributes]);

    public LdifText Cos(string name, params string[] attributes) => Entry(
        $"cn={name},cn=cos", ["objectClass: zimbraCOS", $"zimbraId: c-{name}", $"cn: {name}", .. attributes]);

    public LdifText List(string mail, params string[] members) => Entry(
        $"uid={mail.Split('@')[0]},ou=lists",
        ["objectClass: zimbraDistributionList", $"zimbraId: l-{mail}", $"mail: {mail}", .. members.Select(m => $"zimbraMailForwardingAddress: {m}")]);

    public LdifText Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    private LdifText Entry(string name, IEnumerable<string> lines)
    {
        _text.Append("\ndn: ").Append(name).Append('\n');
        foreach (string line in lines)
        {
            _text.Append(line).Append('\n');
        }

        return this;
    }
}
