using System.Text;
using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>Writes entries as content records of LDIF (RFC 2849): base64 where a value needs it, lines folded at 76 bytes.</summary>
/// <param name="lineEnd">As the file has it.</param>
internal sealed class LdifWriter(Stream output, string lineEnd)
{
    private const int MaxLine = 76;
    private const string BinaryPrefix = "base64:";

    /// <summary>The entry and then its children, each followed by an empty line.</summary>
    public void Write(ProvisioningEntry entry)
    {
        string dn = entry.Attributes.First("dn")!;
        WriteRecord(dn, entry.Attributes);
        foreach (var (relative, attributes) in ChildEntries.Of(entry.Attributes))
        {
            WriteRecord($"{relative},{dn}", attributes);
        }
    }

    /// <summary>One entry without its children, followed by an empty line.</summary>
    public void WriteRecord(string dn, ProvisioningAttributes attributes)
    {
        WriteLine("dn", dn);

        // What an entry is comes first, because some readers want to know before they read on.
        foreach (var (name, values) in attributes.OrderBy(a => a.Key.Equals("objectClass", StringComparison.OrdinalIgnoreCase) ? 0 : 1))
        {
            if (name.Equals("dn", StringComparison.OrdinalIgnoreCase) || name.StartsWith(ChildEntries.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (string value in values)
            {
                WriteLine(name, value);
            }
        }

        output.Write(Encoding.ASCII.GetBytes(lineEnd));
    }

    /// <summary>One value of an attribute.</summary>
    public void WriteLine(string name, string value)
    {
        string line = value.StartsWith(BinaryPrefix, StringComparison.Ordinal) ? $"{name}:: {value[BinaryPrefix.Length..]}"
            : IsSafe(value) ? (value.Length == 0 ? $"{name}:" : $"{name}: {value}")
            : $"{name}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}";
        for (int at = 0; at < line.Length || at == 0;)
        {
            int room = at == 0 ? MaxLine : MaxLine - 1;
            int length = Math.Min(room, line.Length - at);
            output.Write(Encoding.ASCII.GetBytes(string.Concat(at == 0 ? "" : " ", line.AsSpan(at, length), lineEnd)));
            at += length;
        }
    }

    /// <summary>RFC 2849 <c>SAFE-STRING</c>, and its note 8: no space at the end.</summary>
    private static bool IsSafe(string value) =>
        value.Length == 0
        || (value[0] is not (' ' or ':' or '<') && value[^1] != ' ' && value.All(c => c is > '\0' and < '\x80' and not ('\r' or '\n')));
}
