namespace MailBackup.Tests.Faults;

/// <summary>The process has ended here, by a signal or because the power went. No part of the engine may know it, so it is no <see cref="IOException"/>.</summary>
internal sealed class Crashed() : Exception("The process ended here.");
