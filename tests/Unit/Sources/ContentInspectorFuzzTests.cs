using System.Text;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

/// <summary>Hostile content: seeded, so that what fails once fails again. The parsers themselves are called, without the guard around them.</summary>
public class ContentInspectorFuzzTests
{
    private static readonly string[] Seeds =
    [
        "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?gb18030?Q?=81=30?=\r\n\r\nbody",
        "Subject: Gr\u00FC\u00DFe =? =?x?q??= =?utf-16?B?2AA=?= =?hz-gb-2312?Q?~{=?= =?iso-2022-kr?Q?=1B=24?=\nFrom:\n\n",
        "BEGIN:VCARD\r\nN;ENCODING=QUOTED-PRINTABLE:Gro=C3=9F;J=\r\n=C3=BC\r\nitem1.EMAIL;TYPE=\"a:b\":x@example.com\r\nFN:a\\nb\r\n c\r\nKIND:group\r\nEND:VCARD\r\n",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRECURRENCE-ID:1\nSUMMARY;X=\"y\":a\\,b\nORGANIZER;CN=\"B, C\":mailto:b@example.org\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:s\nEND:VEVENT\nEND:VCALENDAR\n",
    ];

    private static readonly string[] Tokens =
        ["=?", "?=", "?Q?", "?B?", "=", "=\r\n", "\r\n ", "\n", "\r", ":", ";", "\"", "\\", "BEGIN:", "END:VCARD\n", "BEGIN:VEVENT\n", "END:VEVENT\n", "=?utf-7?Q?", "\0", "\uFEFF", "\u00FC"];

    private static void Check(byte[] content)
    {
        foreach (var kind in Enum.GetValues<FolderKind>())
        {
            var summary = ContentInspector.InspectUnguarded(kind, content, Encoding.Latin1.GetString(content));
            Assert.True(summary.Subject.Length <= 250 && summary.From.Length <= 200);
            foreach (string text in new[] { summary.Subject, summary.From })
            {
                Assert.DoesNotContain(text, char.IsControl);
                Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
                Assert.Equal(text.Trim(), text);
            }
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            Check(bytes);
            Check([.. "Subject: "u8, .. bytes]);
            Check([.. "FN;CHARSET=gb18030:"u8, .. bytes]);
        }
    }

    [Fact]
    public void Mutated_inputs_never_throw()
    {
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
        {
            var bytes = new List<byte>(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
            for (int change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                        break;
                    case 2:
                        bytes.RemoveRange(at, random.Next(Math.Min(20, bytes.Count - at)));
                        break;
                    default:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                }
            }

            Check([.. bytes]);
        }
    }

    [Fact]
    public void Every_charset_of_the_framework_survives_broken_bytes()
    {
        var random = new Random(3);
        foreach (var info in CodePagesEncodingProvider.Instance.GetEncodings().Concat(Encoding.GetEncodings()))
        {
            for (int i = 0; i < 20; i++)
            {
                byte[] bytes = new byte[60];
                random.NextBytes(bytes);
                Check(Encoding.ASCII.GetBytes($"Subject: =?{info.Name}?B?{Convert.ToBase64String(bytes)}?=\n\n"));
            }
        }
    }

    /// <summary>Linear in the input: 64 KiB of the worst repetition must not take noticeably longer than any other 64 KiB.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Repetitions_end()
    {
        await Task.Yield();
        string[] parts = [.. Tokens, "=?a?Q?x", "Subject:\n", "Subject: x\n ", "BEGIN:VCARD\n", "FN:\n", "N;QUOTED-PRINTABLE:=\n", "N:;", "EMAIL;a=\"b\":\n", "BEGIN:VEVENT\nRECURRENCE-ID:1\nEND:VEVENT\n"];
        foreach (string part in parts)
        {
            string repeated = string.Concat(Enumerable.Repeat(part, (64 << 10) / part.Length));
            Check(Encoding.UTF8.GetBytes(repeated));
            Check(Encoding.UTF8.GetBytes("Subject: " + repeated));
            Check(Encoding.UTF8.GetBytes("BEGIN:VCARD\nFN;QUOTED-PRINTABLE:" + repeated));
        }
    }
}
