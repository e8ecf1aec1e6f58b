using System.Text;

namespace MailBackup.Searching.Text;

/// <summary>The words of an item by the part that they stand in: what the index takes in. Bounded, whatever the item holds.</summary>
internal sealed class ItemText
{
    /// <summary>Most that is indexed of one body, in UTF-16 units.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>Most that is indexed of the addresses, or of the names of attachments, of one item.</summary>
    public const int MaxNames = 64 << 10;

    /// <summary>Subject, name of a contact or document, summary of an appointment.</summary>
    public StringBuilder Subject { get; } = new();

    /// <summary>Who sent, organizes, or is the contact.</summary>
    public StringBuilder Sender { get; } = new();

    /// <summary>To, Cc, Bcc; attendees; members.</summary>
    public StringBuilder Recipients { get; } = new();

    public StringBuilder Attachments { get; } = new();

    public StringBuilder Body { get; } = new();

    public bool HasAttachment { get; private set; }

    public bool IsFull => Body.Length >= MaxBody;

    public void AddSubject(string text) => WordText.Append(Subject, text, MaxNames);

    public void AddSender(string text) => WordText.Append(Sender, text, MaxNames);

    public void AddRecipient(string text) => WordText.Append(Recipients, text, MaxNames);

    public void AddBody(ReadOnlySpan<char> text) => WordText.Append(Body, text, MaxBody);

    /// <param name="name">Empty for an attachment without a name.</param>
    public void AddAttachment(string name)
    {
        HasAttachment = true;
        WordText.Append(Attachments, name, MaxNames);
    }

    public void Clear()
    {
        foreach (var text in (StringBuilder[])[Subject, Sender, Recipients, Attachments, Body])
        {
            text.Clear();
        }

        HasAttachment = false;
    }
}
