namespace MailBackup.Sources.Imap.Protocol;

/// <summary>What a server may make us hold. Mail is streamed and has no limit here.</summary>
/// <param name="Text">Bytes of one response, held literals included: a list of flags or of UIDs may be long, a mail is none of it.</param>
/// <param name="HeldLiteral">Bytes of one literal that is not streamed.</param>
/// <param name="Nesting">Depth of lists.</param>
internal sealed record ImapLimits(int Text = 1 << 20, int HeldLiteral = 256 << 10, int Nesting = 64)
{
    public static ImapLimits Default { get; } = new();
}
