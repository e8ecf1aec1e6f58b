using System.Globalization;
using System.Text;
using MailBackup.Searching.Text;

namespace MailBackup.Tests.Searching;

/// <summary>Known answers, one feature of the RFCs each.</summary>
public class MimeReaderTests
{
    internal static ItemText Read(byte[] message)
    {
        var item = new ItemText();
        var reader = new MimeReader();
        reader.ReadHeader(new MemoryStream(message), item, out _);
        reader.ReadBody();
        return item;
    }

    private static ItemText Read(string message) => Read(Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n")));

    [Fact]
    public void Header_fields_are_decoded_and_unfolded()
    {
        var item = Read("From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\nTo: a@example.com,\n b@example.com\nCc: c@example.com\nBcc: d@example.com\nSubject: =?iso-8859-1?B?R3L832U=?=\n\nHello\n");
        Assert.Equal("Grüße", item.Subject.ToString());
        Assert.Equal("Jürgen <j@example.org>", item.Sender.ToString());
        Assert.Equal("a@example.com, b@example.com, c@example.com, d@example.com", item.Recipients.ToString());
        Assert.Equal("Hello", item.Body.ToString());
    }

    [Theory]
    [InlineData("8bit", "Grüße aus Köln")]
    [InlineData("quoted-printable", "Gr=C3=BC=C3=9Fe au=\ns K=C3=B6ln")]
    [InlineData("base64", "R3LDvMOf\nZSBhdXMg\nS8O2bG4=")]
    [InlineData("base64", "R3LDvMOf!!ZSBhdXMg**S8O2bG4")]
    public void Transfer_encodings(string encoding, string body)
    {
        Assert.Equal("Grüße aus Köln", Read($"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}").Body.ToString());
    }

    [Theory]
    [InlineData("iso-8859-15", "Gr=FC=DFe =A4", "Grüße €")]
    [InlineData("us-ascii", "Gr=C3=BC=C3=9Fe", "Grüße")]
    [InlineData("no-such-charset", "Gr=FC=DFe", "Grüße")]
    [InlineData("utf-7", "plain +AGE-", "plain +AGE-")]
    [InlineData("koi8-r", "=D0=D2=C9=D7=C5=D4", "привет")]
    [InlineData("utf-8", "Gr=FC=DFe", "Grüße")]
    public void Charsets_and_what_is_no_charset(string charset, string body, string expected)
    {
        Assert.Equal(expected, Read($"Content-Type: text/plain; charset=\"{charset}\"\nContent-Transfer-Encoding: quoted-printable\n\n{body}\n").Body.ToString());
    }

    [Fact]
    public void Nested_multiparts_attachments_and_forwarded_messages()
    {
        var item = Read("""
            Subject: outer
            Content-Type: multipart/mixed; boundary="a"

            for old programs only
            --a
            Content-Type: multipart/alternative; boundary=ab

            --ab
            Content-Type: text/plain

            plain words of it
            --ab
            Content-Type: text/html

            <p>plain words of it</p>
            --ab--
            --a
            Content-Type: application/pdf; name="report.pdf"
            Content-Disposition: attachment

            JVBERi0xsecret
            --a
            Content-Type: message/rfc822

            From: carla@example.org
            Subject: inner subject
            Content-Type: text/plain

            inner text
            --a--
            behind the end
            """);
        Assert.Equal("outer", item.Subject.ToString());
        Assert.Equal("report.pdf", item.Attachments.ToString());
        Assert.True(item.HasAttachment);
        Assert.Equal("plain words of it inner subject carla@example.org inner text", item.Body.ToString());
    }

    [Fact]
    public void Messages_beside_each_other_are_no_nesting()
    {
        var digest = new StringBuilder("Content-Type: multipart/digest; boundary=d\n\n");
        for (int i = 0; i < 50; i++)
        {
            digest.Append(CultureInfo.InvariantCulture, $"--d\n\nSubject: letter{i}\nContent-Type: multipart/mixed; boundary=in{i}\n\n--in{i}\n\nwords{i}\n--in{i}--\n");
        }

        string body = $" {Read(digest.Append("--d--\n").ToString()).Body} ";
        Assert.All(Enumerable.Range(0, 50), i => Assert.Contains($" letter{i} words{i} ", body, StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_within_each_other_are_read_to_32_levels()
    {
        string nested = string.Concat(Enumerable.Range(0, 50).Select(i => $"Subject: level{i}\nContent-Type: message/rfc822\n\n")) + "Subject: innermost\n\nend\n";
        string body = $" {Read(nested).Body} ";
        Assert.Contains(" level31 ", body, StringComparison.Ordinal);
        Assert.DoesNotContain("level32", body, StringComparison.Ordinal);

        // And what stands behind them is read again.
        string mixed = Read("Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822\n\n" + nested
            + "--m\nContent-Type: message/rfc822\n\nSubject: behind\n\nlast words\n--m--\n").Body.ToString();
        Assert.EndsWith("behind last words", mixed, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_that_says_more_than_the_plain_part_is_read()
    {
        var item = Read("Content-Type: multipart/alternative; boundary=x\n\n--x\n\nsee the web\n--x\nContent-Type: text/html\n\n<p>the offer of the whole week, with every price</p>\n--x--\n");
        Assert.Equal("see the web the offer of the whole week, with every price", item.Body.ToString());
    }

    [Theory]
    [InlineData("filename*=utf-8''%E6%97%A5%E6%9C%AC.txt", "日 本 .txt")]
    [InlineData("filename*0=\"long na\"; filename*1=\"me.doc\"", "long name.doc")]
    [InlineData("filename*1*=%C3%9Fe.txt; filename*0*=utf-8''Gr%C3%BC", "Grüße.txt")]
    [InlineData("filename=\"=?utf-8?B?R3LDvMOfZS50eHQ=?=\"", "Grüße.txt")]
    [InlineData("filename=\"quo\\\"ted; x.txt\"", "quo\"ted; x.txt")]
    [InlineData("filename=bare.txt", "bare.txt")]
    public void Names_of_attachments(string parameter, string expected)
    {
        var item = Read($"Content-Type: application/octet-stream\nContent-Disposition: attachment; {parameter}\n\nxx\n");
        Assert.Equal(string.Join(' ', expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)), string.Join(' ', item.Attachments.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Html_is_stripped()
    {
        var item = Read("Content-Type: text/html\n\n<html><head><style>p { x }</style><script>var evil = '<p>no</p>';</script></head><body><!-- hidden -->T<b>i</b>tle&amp;co<br>K&ouml;ln&#8364;<p>a &lt; b</body>");
        Assert.Equal("Title&co Köln€ a < b", item.Body.ToString());
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed\n\npreamble\n--q\n\none\n--q\n\ntwo\n--q--\n", "one two")]
    [InlineData("Content-Type: multipart/mixed; boundary=never\n\nthe only text\n", "the only text")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end of it\n", "no end of it")]
    [InlineData("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ninner\n--o\n\nouter\n--o--\n", "inner outer")]
    [InlineData("Content-Type: text/plain\nno field, but text\nmore\n", "no field, but text more")]
    [InlineData("Content-Type: nonsense\n\nstill text\n", "still text")]
    public void Broken_trees_give_what_they_have(string message, string expected) => Assert.Equal(expected, Read(message).Body.ToString());

    [Fact]
    public void A_separator_of_an_mbox_in_the_header_is_passed_over()
    {
        var item = Read("Received: x\nFrom ann@example.com  Thu Aug 22 12:36:23 2002\nSubject: kept\n\ntext\n");
        Assert.Equal("kept", item.Subject.ToString());
        Assert.Equal("text", item.Body.ToString());
    }

    [Fact]
    public void Encoded_data_in_text_is_no_word_but_a_hash_is()
    {
        string line = string.Concat(Enumerable.Repeat("QUJD+/x9", 9));
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([1]));
        Assert.Equal($"before {hash} after", Read($"\nbefore\n{line}\n{line}\n{hash}\nafter\n").Body.ToString());
    }

    [Fact]
    public void The_size_is_bounded_whatever_comes()
    {
        byte[] huge = [.. "Subject: big\n\n"u8, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("many different words ", 400_000)))];
        Assert.InRange(Read(huge).Body.Length, ItemText.MaxBody - 4096, ItemText.MaxBody + 4096);
    }
}
