using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

public class ContentInspectorMessageTests
{
    private static ContentSummary Mail(string head) => Mail(Encoding.UTF8.GetBytes(head));

    private static ContentSummary Mail(byte[] head) => ContentInspector.InspectUnguarded(FolderKind.Mail, head, "");

    private static string Subject(string value) => Mail($"Subject: {value}\r\n\r\n").Subject;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Plain_and_folded_fields(string newline)
    {
        var summary = Mail("""
            From alice@example.com Mon Jan  1 10:00:00 2024
            Return-Path: <alice@example.com>
            X-Subject: not this one
            Subject-Note: nor this
            FROM: "Alice A." <alice@example.com>
            subject : Minutes of
             the
            	meeting
            Subject: a second one
            To: bob@example.org

            Subject: in the body
            """.ReplaceLineEndings(newline));
        Assert.Equal(new ContentSummary(ItemType.Message, "Minutes of the meeting", "\"Alice A.\" <alice@example.com>"), summary);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void The_body_is_not_looked_at(string newline)
    {
        Assert.Equal(new ContentSummary(ItemType.Message, "", ""), Mail($"To: b@example.org{newline}{newline}Subject: body{newline}From: x@example.com{newline}"));
        Assert.Equal(new ContentSummary(ItemType.Message, "", ""), Mail($"{newline}Subject: body{newline}"));
    }

    [Theory]
    [InlineData("Subject: cut off", "cut off")]
    [InlineData("Subject: folded\n ", "folded")]
    [InlineData("Subject:\nFrom:", "")]
    [InlineData("Subject", "")]
    [InlineData("Subject \n", "")]
    [InlineData("s", "")]
    [InlineData("", "")]
    public void A_header_may_end_anywhere(string head, string subject) => Assert.Equal(subject, Mail(head).Subject);

    [Theory]
    [InlineData("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=c3=b6ln?=", "Grüße aus Köln")]
    [InlineData("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße")]
    [InlineData("=?UTF-8?B?R3LDvMOfZQ?=", "Grüße")]
    [InlineData("=?iso-8859-1?q?Caf=E9?= today", "Café today")]
    [InlineData("=?iso-8859-15?q?=A4?= 20", "€ 20")]
    [InlineData("=?windows-1252?q?=80?=", "€")]
    [InlineData("=?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?shift_jis?B?k/qWew==?=", "日本")]
    [InlineData("=?gb2312?B?1tDOxA==?=", "中文")]
    [InlineData("=?cp1251?Q?=CF=F0?=", "Пр")]
    [InlineData("=?us-ascii*en?Q?Keith?=", "Keith")]
    [InlineData("Re: =?utf-8?Q?a?= =?utf-8?Q?b?= c =?utf-8?Q?d?=", "Re: ab c d")]
    [InlineData("=?utf-8?Q?a?=\r\n =?utf-8?Q?_b?=", "a b")]
    [InlineData("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü")]
    [InlineData("=?utf-8?B?w7w=?= =?utf-8?Q?=C3=BC?=", "üü")]
    [InlineData("=?utf-8?B?8J+Y?= =?utf-8?B?gA==?=", "😀")]
    [InlineData("=?utf-8?Q?=C3=BC?= =?iso-8859-1?Q?=FC?=", "üü")]
    [InlineData("=?utf-8?Q?with blanks?=", "with blanks")]
    [InlineData("=?utf-8?Q?x=3D=ZZ=?=", "x==ZZ=")]
    [InlineData("=?x-klingon?Q?nuq?= =?utf-8?Q?neH?=", "=?x-klingon?Q?nuq?= neH")]
    [InlineData("=?utf-7?Q?+AOQ-?=", "=?utf-7?Q?+AOQ-?=")]
    [InlineData("=?utf-8?X?abc?=", "=?utf-8?X?abc?=")]
    [InlineData("=?utf-8?Q?open", "=?utf-8?Q?open")]
    [InlineData("what =? why ?=", "what =? why ?=")]
    public void Encoded_words(string raw, string text) => Assert.Equal(text, Subject(raw));

    [Fact]
    public void Senders_are_decoded_too() =>
        Assert.Equal("Jürgen Groß <j@example.org>", Mail("From: =?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <j@example.org>\n").From);

    [Fact]
    public void Raw_bytes_are_UTF8_or_else_Windows1252()
    {
        Assert.Equal("Grüße", Subject("Grüße"));
        Assert.Equal("Café –", Mail([.. "Subject: Caf"u8, 0xE9, .. " "u8, 0x96, .. "\n\n"u8]).Subject);
        Assert.Equal("ü and ü", Subject("ü and =?utf-8?Q?=C3=BC?="));
    }

    [Fact]
    public void Control_characters_are_removed_and_blanks_around_the_text()
    {
        Assert.Equal("red [31malert", Subject("  red \u001b[31mal\u0007ert\u0000 "));
        Assert.Equal("a b c", Subject("=?utf-8?Q?a=0Db=0Ac=00=C2=85?="));
        Assert.Equal("a b", Subject("a\tb\u009f"));
        Assert.Equal("x", Subject("=?utf-8?Q?__x__?="));
    }

    [Fact]
    public void Long_text_is_cut_between_characters()
    {
        Assert.Equal(new string('x', 250), Subject(new string('x', 300)));
        Assert.Equal(new string('x', 249), Subject(new string('x', 249) + "😀"));
        Assert.Equal(new string('x', 248) + "😀", Subject(new string('x', 248) + "😀y"));
        Assert.Equal(new string('x', 249), Subject(new string('x', 249) + " y"));
        Assert.Equal(new string('y', 200), Mail($"From: {new string('y', 300)}\n").From);
        Assert.Equal(new string('ü', 250), Subject(new string('ü', 40_001)));
        Assert.Equal("a" + new string('ü', 249), Subject("a" + new string('ü', 40_001)));
    }

    /// <summary>Thirty thousand mails are looked at in a scan of two seconds: a plain header may cost its two strings and nothing else.</summary>
    [Fact]
    public void A_plain_header_allocates_its_two_strings_only()
    {
        byte[] head = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("Received: from a.example.com by b.example.com\r\n\twith ESMTP id 1\r\n", 20)) +
            "Subject: 12345678\r\nFrom: 12345678\r\n\r\n");
        Mail(head);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ContentInspector.Inspect(FolderKind.Mail, head, "");
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 2 * 40);
    }
}
