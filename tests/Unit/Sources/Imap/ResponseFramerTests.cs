using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Tests.Sources.Imap;

public sealed class ResponseFramerTests
{
    /// <summary>As real servers said it (Dovecot 2.3.19, Cyrus 3.6), with the traps between: a literal in a name, text that only looks like one, empty literals.</summary>
    private const string Session =
        "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] ready {5}.\r\n"
        + "* OK see {12}\r\n"
        + "* LIST (\\HasNoChildren) \"/\" {7}\r\nB\"ch\r\ner\r\n"
        + "* 12 FETCH (UID 7 FLAGS (\\Seen Later) INTERNALDATE \" 1-Nov-2026 16:17:23 +0100\" X-GUID 1795277843.M804978P2024.vm,S=7,W=9)\r\n"
        + "* 13 FETCH (UID 8 BODY[] {28}\r\nA: b\r\n\r\n* 1 EXPUNGE\r\n{3}\r\n\r\n FLAGS ())\r\n"
        + "* 14 FETCH (BODY[] {0}\r\n UID 9)\r\n"
        + "* 15 FETCH (UID 10 BODY[] ~{4}\r\n\0\r\n})\r\n"
        + "+ go on {3}\r\n"
        + "m1 OK [APPENDUID 1795277844 1] Append completed (0.002 secs).\r\n"
        + "m2 NO [OVERQUOTA] full {9}\r\n";

    private static readonly byte[] Bytes = Encoding.Latin1.GetBytes(Session);

    [Fact]
    public void A_session_is_cut_alike_wherever_its_bytes_are_split()
    {
        var whole = Cut([Bytes]);
        Assert.Equal(10, whole.Count(e => e.StartsWith("Response", StringComparison.Ordinal)));
        Assert.Contains("Data A: b\r\n\r\n* 1 EXPUNGE\r\n{3}\r\n\r\n", whole);
        for (int i = 1; i < Bytes.Length; i++)
        {
            Assert.Equal(whole, Cut([Bytes[..i], Bytes[i..]]));
        }

        Assert.Equal(whole, Cut(Bytes.Select(b => new[] { b })));
    }

    [Fact]
    public void Any_three_pieces_give_the_same()
    {
        var whole = Cut([Bytes]);
        var cuts = Gen.Choose(0, Bytes.Length).Two().ToArbitrary();
        Prop.ForAll(cuts, cut =>
        {
            int a = Math.Min(cut.Item1, cut.Item2), b = Math.Max(cut.Item1, cut.Item2);
            return Cut([Bytes[..a], Bytes[a..b], Bytes[b..]]).SequenceEqual(whole);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_content_comes_through_a_literal_unchanged()
    {
        Prop.ForAll<byte[], int>((content, split) =>
        {
            byte[] response = [.. Encoding.ASCII.GetBytes($"* 1 FETCH (UID 5 BODY[] {{{content.Length}}}\r\n"), .. content, .. ")\r\n"u8];
            int at = Math.Abs(split % response.Length);
            var events = Cut([response[..at], response[at..]]);
            return string.Concat(events.Where(e => e.StartsWith("Data ", StringComparison.Ordinal)).Select(e => e[5..])) == Encoding.Latin1.GetString(content)
                && events[^1] == $"Response * 1 FETCH (UID 5 BODY[] {{*{content.Length}}})";
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Nonsense_ends_in_responses_or_a_protocol_error_and_in_nothing_else()
    {
        var alphabet = Gen.Elements("* ", "1 ", "FETCH ", "(", ")", "UID ", "{3}\r\n", "{99999999999999999999}\r\n", "\"", "\\", "NIL ", "\r\n", "\n", "BODY[", "]", "OK ", "LIST ", "x", "\0", "{*5}", "ÿ");
        Prop.ForAll(Gen.ListOf(alphabet).ToArbitrary(), parts =>
        {
            try
            {
                Cut([Encoding.Latin1.GetBytes(string.Concat(parts))], parse: true);
            }
            catch (ImapProtocolException)
            {
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_too_large_to_hold_is_refused_and_a_mail_is_not_held()
    {
        var small = new ImapLimits(Text: 1000, HeldLiteral: 100);
        Assert.Throws<ImapProtocolException>(() => Cut([Encoding.ASCII.GetBytes("* OK " + new string('x', 2000) + "\r\n")], small));
        Assert.Throws<ImapProtocolException>(() => Cut([Encoding.ASCII.GetBytes("* LIST () \"/\" {101}\r\n" + new string('x', 101) + "\r\n")], small));
        byte[] mail = [.. "* 1 FETCH (UID 5 BODY[] {50000}\r\n"u8, .. new byte[50_000], .. ")\r\n"u8];
        Assert.Equal("Response * 1 FETCH (UID 5 BODY[] {*50000})", Cut([mail], small)[^1]);
    }

    /// <summary>What happened, data of one literal drawn together.</summary>
    private static List<string> Cut(IEnumerable<byte[]> pieces, ImapLimits? limits = null, bool parse = false)
    {
        var framer = new ResponseFramer(limits);
        var events = new List<string>();
        string data = "";
        foreach (byte[] piece in pieces)
        {
            int at = 0;
            while (true)
            {
                var e = framer.Next(piece.AsSpan(at), out int consumed);
                string text = Encoding.Latin1.GetString(piece.AsSpan(at, consumed));
                at += consumed;
                if (e == FrameEvent.NeedInput)
                {
                    Assert.Equal(piece.Length, at);
                    break;
                }

                switch (e)
                {
                    case FrameEvent.Literal:
                        events.Add($"Literal {framer.LiteralLength}");
                        if (FetchData.AnnouncesContent(framer.Text))
                        {
                            events.Add($"Uid {FetchData.ParseBeginning(framer.Text).Uid}");
                            framer.StreamLiteral();
                        }

                        break;
                    case FrameEvent.LiteralData:
                        data += text;
                        break;
                    case FrameEvent.LiteralEnd:
                        events.Add("Data " + data);
                        data = "";
                        break;
                    default:
                        events.Add("Response " + Encoding.Latin1.GetString(framer.Text));
                        if (parse)
                        {
                            Parse(framer.Text);
                        }

                        break;
                }
            }
        }

        return events;
    }

    private static void Parse(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (line.Is("FETCH"u8))
        {
            FetchData.Parse(line.Number ?? 0, line.Body);
        }
        else if (line.Is("LIST"u8))
        {
            ListData.Parse(line.Body);
        }
        else if (!line.Body.IsEmpty)
        {
            new ResponseReader(line.Body).Skip();
        }
    }
}
