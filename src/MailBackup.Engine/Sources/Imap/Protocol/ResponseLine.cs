namespace MailBackup.Sources.Imap.Protocol;

/// <summary>The beginning of a response, which says what it is; <see cref="Body"/> has the rest.</summary>
internal readonly ref struct ResponseLine
{
    private ResponseLine(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> keyword, uint? number, ReadOnlySpan<byte> body, StatusLine? status)
    {
        Tag = tag;
        Keyword = keyword;
        Number = number;
        Body = body;
        Status = status;
    }

    /// <summary><c>*</c>, <c>+</c> or the tag of a command.</summary>
    public ReadOnlySpan<byte> Tag { get; }

    /// <summary><c>FETCH</c>, <c>LIST</c>, <c>EXISTS</c> …, as the server writes it.</summary>
    public ReadOnlySpan<byte> Keyword { get; }

    /// <summary>The number before the keyword: <c>* 12 FETCH</c>.</summary>
    public uint? Number { get; }

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Set for status responses, tagged or not.</summary>
    public StatusLine? Status { get; }

    public bool IsContinuation => Tag is [(byte)'+'];

    public bool IsUntagged => Tag is [(byte)'*'];

    public bool Is(ReadOnlySpan<byte> keyword) => System.Text.Ascii.EqualsIgnoreCase(Keyword, keyword);

    /// <summary>Throws <see cref="ImapProtocolException"/>.</summary>
    public static ResponseLine Parse(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("+"u8))
        {
            return new ResponseLine(text[..1], [], null, text.Length > 2 ? text[2..] : [], null);
        }

        var reader = new ResponseReader(text);
        var tag = reader.Word();
        var word = reader.Word();
        if (StatusLine.TryKind(word, out var kind))
        {
            return new ResponseLine(tag, word, null, reader.Rest, StatusLine.Parse(kind, reader.Rest));
        }

        if (tag is not [(byte)'*'])
        {
            throw new ImapProtocolException("the server answers with neither OK nor NO nor BAD");
        }

        if (word[0] is >= (byte)'0' and <= (byte)'9')
        {
            uint number = new ResponseReader(word).Number32();
            word = reader.Word();
            return new ResponseLine(tag, word, number, reader.Rest, null);
        }

        return new ResponseLine(tag, word, null, reader.Rest, null);
    }
}
