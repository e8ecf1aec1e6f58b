using System.Text;
using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Tests.Sources;

public class ContentInspectorObjectTests
{
    private static ContentSummary Inspect(FolderKind kind, string text) =>
        ContentInspector.InspectUnguarded(kind, Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), "x");

    private static ContentSummary Card(string lines) => Inspect(FolderKind.Contacts, $"BEGIN:VCARD\n{lines}\nEND:VCARD\n");

    private static ContentSummary Calendar(string lines) =>
        Inspect(FolderKind.Calendar, $"BEGIN:VCALENDAR\nVERSION:2.0\n{lines}\nEND:VCALENDAR\n");

    [Fact]
    public void A_card_has_its_formatted_name_and_first_address() => Assert.Equal(
        new ContentSummary(ItemType.Contact, "Alice, Dr. Adler-Example", "alice@example.com"),
        Card("""
            VERSION:4.0
            N:Adler;Alice;;;
            item1.EMAIL;TYPE="work,x:y;z":alice@exa
             mple.com
            EMAIL:second@example.com
            fn:Alice\, Dr. Adler
             -Example
            """));

    [Theory]
    [InlineData("N:Adler;Alice;Maria;Dr.;", "Alice Maria Adler")]
    [InlineData("FN:\nN:Adler\\;Berg;Alice", "Alice Adler;Berg")]
    [InlineData("N:Adler", "Adler")]
    [InlineData("N:", "")]
    [InlineData("NOTE:no name", "")]
    public void Without_a_formatted_name_the_structured_one_counts(string lines, string name) => Assert.Equal(name, Card(lines).Subject);

    [Theory]
    [InlineData("KIND:group", ItemType.ContactGroup)]
    [InlineData("kind:Group", ItemType.ContactGroup)]
    [InlineData("X-ADDRESSBOOKSERVER-KIND:group", ItemType.ContactGroup)]
    [InlineData("KIND:individual", ItemType.Contact)]
    [InlineData("NOTE:KIND:group", ItemType.Contact)]
    public void Groups_are_told_by_their_kind(string line, ItemType type) => Assert.Equal(type, Card($"FN:x\n{line}").Type);

    [Fact]
    public void Version_2_1_has_quoted_printable_and_charsets()
    {
        var card = Card("""
            VERSION:2.1
            N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gro=C3=9F;J=C3=BCrgen
            FN;ENCODING=QUOTED-PRINTABLE;CHARSET=iso-8859-1:J=FCrgen =
            Gro=DF
            AGENT:
            BEGIN:VCARD
            EMAIL:agent@example.com
            END:VCARD
            EMAIL;INTERNET:j@example.org
            """);
        Assert.Equal(("Jürgen Groß", "j@example.org"), (card.Subject, card.From));
        Assert.Equal("Jürgen Groß", Card("N;QUOTED-PRINTABLE:Gro=C3=9F;J=C3=BCrgen").Subject);
    }

    [Fact]
    public void Only_the_first_card_counts_and_escapes_are_taken_away()
    {
        Assert.Equal("first line second\\", Card("FN:first line\\nsecond\\\\").Subject);
        var two = Inspect(FolderKind.Contacts, "BEGIN:VCARD\nN:One\nEND:VCARD\nBEGIN:VCARD\nFN:Two\nKIND:group\nEND:VCARD\n");
        Assert.Equal(new ContentSummary(ItemType.Contact, "One", ""), two);
        Assert.Equal("x@example.com", Card("EMAIL:mailto:x@example.com").From);
        Assert.Equal("Ü", Inspect(FolderKind.Contacts, "\uFEFFBEGIN:VCARD\nFN:Ü\nEND:VCARD\n").Subject);
    }

    [Fact]
    public void An_event_is_an_appointment_and_its_alarm_and_time_zone_do_not_matter() => Assert.Equal(
        new ContentSummary(ItemType.Appointment, "Review, part 1; end", "Example, Bob"),
        Calendar("""
            BEGIN:VTIMEZONE
            SUMMARY:zone
            END:VTIMEZONE
            BEGIN:VEVENT
            BEGIN:VALARM
            SUMMARY:alarm
            END:VALARM
            SUMMARY;LANGUAGE=en:Review\, par
             t 1\; end
            ORGANIZER;ROLE=CHAIR;CN="Example, Bob":mailto:bob@example.org
            END:VEVENT
            """));

    [Theory]
    [InlineData("ORGANIZER:MAILTO:bob@example.org", "bob@example.org")]
    [InlineData("ORGANIZER;CN=:mailto:bob@example.org", "bob@example.org")]
    [InlineData("ORGANIZER;CN=Bob;X=y:mailto:bob@example.org", "Bob")]
    [InlineData("ORGANIZER;CN=Bob ^'B^' Example:mailto:bob@example.org", "Bob \"B\" Example")]
    [InlineData("ORGANIZER;CN=\"broken:mailto:bob@example.org", "broken")]
    public void The_organizer_is_named_or_has_an_address(string line, string from) =>
        Assert.Equal(from, Calendar($"BEGIN:VEVENT\n{line}\nEND:VEVENT").From);

    [Fact]
    public void A_todo_is_a_task()
    {
        Assert.Equal(new ContentSummary(ItemType.Task, "Buy ink", ""), Calendar("BEGIN:VTODO\nSUMMARY:Buy ink\nEND:VTODO"));
        Assert.Equal(ItemType.Appointment, Calendar("BEGIN:VJOURNAL\nSUMMARY:x\nEND:VJOURNAL").Type);
        Assert.Equal(ItemType.Appointment, Calendar("X-A:b").Type);
    }

    [Fact]
    public void The_series_counts_before_its_exceptions()
    {
        const string exception = "BEGIN:VEVENT\nRECURRENCE-ID:20240101T100000Z\nSUMMARY:moved\nEND:VEVENT\n";
        Assert.Equal("series", Calendar(exception + "BEGIN:VEVENT\nSUMMARY:series\nEND:VEVENT").Subject);
        Assert.Equal("moved", Calendar(exception + "BEGIN:VTODO\nSUMMARY:other\nEND:VTODO").Subject);
        Assert.Equal("moved", Calendar(exception + exception.Replace("moved", "again", StringComparison.Ordinal)).Subject);
        Assert.Equal("cut", Inspect(FolderKind.Calendar, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:cut\nDESCR").Subject);
    }

    [Fact]
    public void A_document_is_called_by_its_file()
    {
        Assert.Equal(new ContentSummary(ItemType.Document, "plan.odt", ""), ContentInspector.Inspect(FolderKind.Files, "Subject: x\n"u8, "plan.odt"));
        Assert.Equal("ab", ContentInspector.Inspect(FolderKind.Files, default, "a\u001bb").Subject);
        Assert.Equal("a\uFFFD", ContentInspector.Inspect(FolderKind.Files, default, "a\uD800").Subject);
    }
}
