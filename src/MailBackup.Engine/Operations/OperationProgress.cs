namespace MailBackup.Operations;

/// <summary>How far an operation is. Only the latest value counts.</summary>
public sealed record OperationProgress
{
    /// <summary>What is being done, for people: <c>Scanning</c>, <c>Restoring</c>.</summary>
    public string Activity { get; init; } = "";

    /// <summary>The account being worked on.</summary>
    public string? Account { get; init; }

    public long ItemsDone { get; init; }

    /// <summary>Items in all, where that is known.</summary>
    public long? ItemsTotal { get; init; }

    public int AccountsDone { get; init; }

    public int AccountsTotal { get; init; }

    public long BytesDone { get; init; }

    public double Seconds { get; init; }

    /// <summary>Seconds left, where they can be told.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Per cent done, 0 to 100, where it can be told.</summary>
    public double? Percent { get; init; }
}
