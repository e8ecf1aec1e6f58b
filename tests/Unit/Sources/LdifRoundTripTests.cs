using System.Globalization;
using System.Text;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

/// <summary>Whatever a directory holds, written in any of the forms that RFC 2849 allows, is read back as it was. Seeded.</summary>
public class LdifRoundTripTests
{
    private static readonly string[] Names = ["cn", "mail", "cn;lang-de", "userCertificate;binary", "1.3.6.1.4.1.4203", "description"];

    [Fact]
    public void What_is_written_is_read()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var written = new List<(string Dn, List<(string Name, byte[] Value)> Attributes)>();
            for (int entry = random.Next(1, 5); entry > 0; entry--)
            {
                string dn = $"cn={new string((char)random.Next('a', 'z'), random.Next(1, 200))},dc=ü";
                written.Add((dn, [.. Enumerable.Range(0, random.Next(0, 8)).Select(_ => (Names[random.Next(Names.Length)], Value(random)))]));
            }

            var read = new LdifReader(new MemoryStream(Write(written, random)), "x").Read().ToList();
            Assert.Equal(written.Select(w => w.Dn), read.Select(r => r.DistinguishedName));
            foreach (var ((_, attributes), record) in written.Zip(read))
            {
                var expected = attributes.GroupBy(a => a.Name).ToDictionary(g => g.Key, g => g.Select(a => Convert.ToHexString(a.Value)).ToList());
                Assert.Equal(expected.Keys.Order(StringComparer.OrdinalIgnoreCase), record.Attributes.Keys);
                Assert.All(record.Attributes, a => Assert.Equal(expected[a.Key], a.Value.Select(v => Convert.ToHexString(Bytes(v)))));
            }
        }
    }

    private static byte[] Bytes(string value) =>
        value.StartsWith("base64:", StringComparison.Ordinal) ? Convert.FromBase64String(value["base64:".Length..]) : Encoding.UTF8.GetBytes(value);

    private static byte[] Value(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 200)];
        random.NextBytes(bytes);
        return random.Next(4) switch
        {
            0 => bytes,
            1 => Encoding.UTF8.GetBytes(string.Concat(bytes.Select(b => (char)(b + 0x100)))),
            2 => Encoding.ASCII.GetBytes("base64:" + Convert.ToBase64String(bytes)),
            _ => [.. bytes.Select(b => (byte)(' ' + (b % 95)))],
        };
    }

    private static byte[] Write(List<(string Dn, List<(string Name, byte[] Value)> Attributes)> entries, Random random)
    {
        string newline = random.Next(2) == 0 ? "\n" : "\r\n";
        var output = new List<byte>();
        if (random.Next(2) == 0)
        {
            output.AddRange(Encoding.ASCII.GetBytes($"version: 1{newline}{newline}"));
        }

        foreach (var (dn, attributes) in entries)
        {
            Line("dn", Encoding.UTF8.GetBytes(dn));
            foreach (var (name, value) in attributes)
            {
                Line(name, value);
            }

            output.AddRange(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(newline, random.Next(1, 4)))));
        }

        return [.. output];

        void Line(string name, byte[] value)
        {
            if (random.Next(5) == 0)
            {
                output.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"# {name} of {value.Length} bytes{newline} : folded{newline}")));
            }

            bool plain = random.Next(3) > 0 && !value.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~') && (value.Length == 0 || value[0] is not ((byte)' ' or (byte)':' or (byte)'<'));
            byte[] line = plain
                ? [.. Encoding.ASCII.GetBytes(name + ":" + new string(' ', random.Next(3))), .. value]
                : Encoding.ASCII.GetBytes($"{name}:: {Convert.ToBase64String(value)}");
            int width = random.Next(1, 100);
            for (int i = 0; i < line.Length; i += width)
            {
                output.AddRange(i == 0 ? [] : " "u8);
                output.AddRange(line.AsSpan(i, Math.Min(width, line.Length - i)));
                output.AddRange(Encoding.ASCII.GetBytes(newline));
            }
        }
    }
}
