using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MailBackup.Model;
using MailBackup.Searching.Text;

namespace MailBackup.Tests.Searching;

/// <summary>Whatever the bytes are, reading them ends, throws nothing and gives no more than it may.</summary>
public class HostileMimeTests
{
    private static readonly string[] Tokens =
    [
        "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: multipart/alternative; boundary=\"b\"\n", "Content-Type: multipart/digest\n",
        "Content-Type: message/rfc822\n", "Content-Type: text/html; charset=utf-16\n", "Content-Type: text/plain; charset=iso-2022-jp\n",
        "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "Content-Disposition: attachment; filename*0*=utf-8''%E6%; filename*9=x\n",
        "Subject: =?utf-8?B?R3I=?= =?x\n", "From: a\n", "\n", "\r\n", "--b\n", "--b--\n", "--", "--\n", "=", "=3D", "&#x41;", "&", "<script>", "</script", "<!--", "<p>", "\"", ";", "\0", "\u00FC", "日本", "\uD83D\uDE00", " ", ":",
    ];

    private static Gen<byte[]> Messages => Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>(),
        Gen.Elements(Tokens).ListOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))),
        Gen.Elements(Tokens).ListOf().SelectMany(parts => ArbMap.Default.GeneratorFor<byte[]>().Select(noise => (byte[])[.. Encoding.UTF8.GetBytes(string.Concat(parts)), .. noise])));

    private static void AssertSound(ItemText item)
    {
        foreach (var text in new[] { item.Subject, item.Sender, item.Recipients, item.Attachments, item.Body })
        {
            string words = text.ToString();
            Assert.InRange(words.Length, 0, ItemText.MaxBody + 4096);
            Assert.Equal(words, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words)));
            Assert.DoesNotContain(words, c => char.IsControl(c) || c is >= '\uE000' and <= '\uF8FF');
        }
    }

    [Fact]
    public void Any_message_can_be_read() => Prop.ForAll(Messages.ToArbitrary(), bytes => AssertSound(MimeReaderTests.Read(bytes)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(200));

    [Fact]
    public void Any_contact_calendar_object_and_document_can_be_read() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        foreach (string head in new[] { "", "BEGIN:VCARD\nN;QUOTED-PRINTABLE:a;b\nORG;X=\"", "BEGIN:VEVENT\nATTENDEE;CN=\"", "\uFEFF" })
        {
            byte[] content = [.. Encoding.UTF8.GetBytes(head), .. bytes];
            var item = new ItemText();
            ContactText.Read(content, item);
            CalendarText.Read(content, item);
            DocumentText.Read("a.html", content, item);
            AssertSound(item);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>Nested deeper than is looked at, more parts than are looked at, headers and boundaries that go on for ever.</summary>
    public static TheoryData<string, string, int> Repetitions => new()
    {
        { "", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 20_000 },
        { "", "Content-Type: message/rfc822\n\n", 30_000 },
        { "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 100_000 },
        { "Content-Type: multipart/mixed; boundary=-\n\n", "--\n---\n", 100_000 },
        { "", "X-Header: and its value\n", 40_000 },
        { "Subject: ", "=?utf-8?Q?a", 60_000 },
        { "Content-Type: text/plain", "; a=\"b\\\"", 60_000 },
        { "Content-Disposition: attachment", "; filename*0*=utf-8''%", 40_000 },
        { "Content-Type: text/html\n\n", "<script", 100_000 },
        { "Content-Type: text/html\n\n", "<!--<p", 100_000 },
        { "Content-Type: text/html\n\n", "&amp&", 100_000 },
        { "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", "=", 1_000_000 },
        { "", "a", 2_000_000 },
    };

    /// <summary>Linear: eight times as much must not cost sixty-four times as much. Counted in time, with room enough for any machine.</summary>
    [Theory]
    [MemberData(nameof(Repetitions))]
    public void The_worst_takes_no_longer_than_its_size(string head, string part, int count)
    {
        var clock = Stopwatch.StartNew();
        AssertSound(MimeReaderTests.Read(Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(part, count)))));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed} for {count} times {part}");
    }

    /// <summary>Work counted in bytes: everything is read once, no matter how often boundaries are compared.</summary>
    [Fact]
    public void Every_byte_is_taken_once()
    {
        byte[] message = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")) + string.Concat(Enumerable.Repeat("--b\n", 50_000)));
        var reader = new MimeReader();
        reader.ReadHeader(new MemoryStream(message), new ItemText(), out _);
        reader.ReadBody();
        Assert.Equal(message.Length, reader.Consumed);
    }
}
